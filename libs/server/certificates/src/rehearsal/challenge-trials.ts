import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ReadinessFinding } from '@lockstep/contract';
import { type OperationContext, mustLetGo } from '@lockstep/server-operations';
import { AcmeProofs } from '../acme/acme-proofs.js';
import { asOperationFailure } from '../acme/acme-failure.js';
import { type AcmeIssuerEntity, isAcmeIssuer } from '../acme/acme-issuer.js';
import { type OpenSolver, Solvers } from '../acme/solvers.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { type Trial, findingOf } from './finding.js';
import { ProofProbes } from './proof-probes.js';
import { type ProofPath, type Shown, explained } from './proof-path.js';
import { StagingTrials } from './staging-trials.js';

const leaveMs = 30_000;

/** Whether the names of a certificate can be proved as a renewal proves them: by its authority's staging, else by ourselves. */
@Injectable()
export class ChallengeTrials {
  constructor(
    private readonly solvers: Solvers,
    private readonly proofs: AcmeProofs,
    private readonly staging: StagingTrials,
    private readonly probes: ProofProbes,
  ) {}

  /** Null: this issuer asks for no proof. */
  of(certificate: CertificateEntity, context: OperationContext): (() => Promise<ReadinessFinding[]>) | null {
    const { issuer } = certificate;
    if (!isAcmeIssuer(issuer)) return null;
    const trial: Trial = { topic: 'challenge', tried: 'Prepare the proof of the names' };
    const look = (): Promise<ReadinessFinding[]> => this.tryWay(certificate, issuer, context);
    return () => findingOf(trial, { advice: 'Correct how the issuer proves names.', look });
  }

  private async tryWay(
    { id, domains }: CertificateEntity,
    issuer: AcmeIssuerEntity,
    { operation, signal }: OperationContext,
  ): Promise<ReadinessFinding[]> {
    const open = await this.solvers.open(issuer, operation.connectionId).catch((error: unknown) => {
      throw asOperationFailure(error);
    });
    const { challenge } = issuer.acme;
    const { connectionId, id: operationId } = operation;
    // What a worker that was lost has shown is of another one, and is taken back when the operation has ended.
    const of = {
      versionId: randomUUID(),
      certificateId: id,
      issuerId: issuer.id,
      connectionId,
      operationId,
      challenge,
    };
    const keep = ({ presented }: Shown): Promise<void> => this.proofs.keep(of, presented);
    const path: ProofPath = { issuer, domains, solver: explained(open.solver), keep, signal };
    try {
      const { isJudged, findings } = await this.staging.tryOrder(path);
      return isJudged ? [...findings] : [...findings, ...(await this.probes.tryProofs(path))];
    } finally {
      await leave(open, signal);
    }
  }
}

async function leave(open: OpenSolver, signal: AbortSignal): Promise<void> {
  if (!mustLetGo(signal)) await open.leaveNothing(AbortSignal.timeout(leaveMs)).catch(() => undefined);
  await open.close().catch(() => undefined);
}
