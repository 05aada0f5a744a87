import { Inject, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { AcmeError, RateLimited, type RenewalInformation } from '@lockstep/server-acme';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { ENGINE_OPTIONS, type EngineOptions } from '@lockstep/server-operations';
import { SecretUnreadableError } from '@lockstep/server-secrets';
import { DataSource } from 'typeorm';
import { IssuerEntity } from '../model/issuer.entity.js';
import { renewalMoment, type StoredInformation, toStoredInformation } from '../versions/renewal-window.js';
import { AcmeAccounts } from './acme-accounts.js';
import { AcmeAuthorities } from './acme-authorities.js';
import { type AcmeIssuerEntity, isAcmeIssuer } from './acme-issuer.js';

const requestMs = 30_000;
/** How often it is looked whose CA is to be asked again. CAs name times from minutes to a day. */
const lookMs = 1_800_000;

/** The newest version of a certificate, when its CA is to be asked again. */
interface Asked {
  readonly id: string;
  readonly issuerId: number;
  readonly leaf: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly known: StoredInformation | null;
}

/** Those that are valid and whose CA is to be asked again; one that knew nothing is asked every time. */
const due = `
  SELECT * FROM (
    SELECT DISTINCT ON (v.certificate_id) v.id, v.issuer_id AS "issuerId", v.leaf, v.not_before AS "notBefore",
      v.not_after AS "notAfter", v.renewal_information AS known
    FROM certificate_versions v JOIN issuers i ON i.id = v.issuer_id AND i.kind = 'acme'
    WHERE v.leaf IS NOT NULL ORDER BY v.certificate_id, v.number DESC) newest
  WHERE "notAfter" > now() AND (known IS NULL OR (known ->> 'askAgainAt')::timestamptz <= now())`;

/** Asks CAs again when they want their certificates renewed (RFC 9773 §4.3): after an incident that may be now. */
@Injectable()
export class RenewalInformationService {
  private readonly logger = new Logger('Certificates');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ENGINE_OPTIONS) private readonly engine: EngineOptions,
    private readonly accounts: AcmeAccounts,
    private readonly authorities: AcmeAuthorities,
  ) {}

  @Interval(lookMs)
  async look(): Promise<void> {
    if (this.engine.workers === 0) return;
    try {
      await this.refreshRenewalInformation();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    }
  }

  /**
   * Looks at every certificate whose CA is to be asked again; several replicas may do so at once. A window that stayed
   * keeps the moment that was chosen from it, and one that has passed means now. A CA that does not answer is logged.
   * @returns how many moments have changed
   */
  async refreshRenewalInformation(): Promise<number> {
    let changed = 0;
    for (const version of await this.dataSource.query<Asked[]>(due)) if (await this.refresh(version)) changed += 1;
    return changed;
  }

  private async refresh(version: Asked): Promise<boolean> {
    const issuer = await this.dataSource.manager.findOneBy(IssuerEntity, { id: version.issuerId });
    if (!isAcmeIssuer(issuer) || (await this.accounts.pausedUntil(issuer.id))) return false;
    const told = await this.ask(issuer, version.leaf);
    return told !== null && this.keep(version, told);
  }

  private async ask(issuer: AcmeIssuerEntity, leaf: string): Promise<RenewalInformation | null> {
    const limit = { deadlineMs: requestMs };
    try {
      return await (await this.authorities.open(issuer, limit)).renewalInformation(leaf, limit);
    } catch (error) {
      if (error instanceof RateLimited) await this.accounts.pause(issuer.id, error.until);
      if (!(error instanceof AcmeError || error instanceof SecretUnreadableError)) throw error;
      this.logger.warn(`${issuer.name} does not say when to renew: ${error.message}`);
      return null;
    }
  }

  /** Nothing is written over what another replica has learned meanwhile. */
  private async keep({ id, notBefore, notAfter, known }: Asked, told: RenewalInformation): Promise<boolean> {
    const fresh = toStoredInformation(told);
    const isSame = known !== null && fresh.start === known.start && fresh.end === known.end;
    const renewAt = isSame ? null : renewalMoment({ notBefore, notAfter }, told);
    const rows: unknown[] = await this.dataSource.query(
      `WITH written AS (
         UPDATE certificate_versions SET renewal_information = $2, renew_at = coalesce($3, renew_at)
         WHERE id = $1 AND renewal_information IS NOT DISTINCT FROM $4::jsonb RETURNING id)
       SELECT id FROM written`,
      [id, JSON.stringify(fresh), renewAt, known && JSON.stringify(known)],
    );
    return !isSame && rows.length > 0;
  }
}
