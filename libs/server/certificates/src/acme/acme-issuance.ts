import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { OperationContext } from '@lockstep/server-operations';
import { DataSource } from 'typeorm';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { AcmeAccounts } from './acme-accounts.js';
import { AcmeAuthorities } from './acme-authorities.js';
import { AcmeLedger } from './acme-ledger.js';
import { AcmeOrders } from './acme-orders.js';
import { AcmeProofs } from './acme-proofs.js';
import { AcmeRenewal } from './acme-renewal.js';
import { ProofWithdrawal } from './proof-withdrawal.js';
import { Solvers } from './solvers.js';

/** Certificates from ACME authorities (RFC 8555), one renewal at a time. */
@Injectable()
export class AcmeIssuance {
  constructor(
    @InjectDataSource() readonly dataSource: DataSource,
    readonly accounts: AcmeAccounts,
    readonly authorities: AcmeAuthorities,
    readonly ledger: AcmeLedger,
    readonly orders: AcmeOrders,
    readonly proofs: AcmeProofs,
    readonly withdrawal: ProofWithdrawal,
    readonly solvers: Solvers,
  ) {}

  /** Asks nobody yet. The caller ends it in every exit path. */
  begin(context: OperationContext, certificate: CertificateEntity): AcmeRenewal {
    return new AcmeRenewal(context, certificate, this);
  }
}
