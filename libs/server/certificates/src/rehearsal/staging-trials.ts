import { Injectable } from '@nestjs/common';
import type { ReadinessFinding } from '@lockstep/contract';
import {
  type AcmeAccount,
  AcmeError,
  type AcmeErrorCode,
  type Limit,
  RateLimited,
  type StoredOrder,
  proveNames,
} from '@lockstep/server-acme';
import { OperationFailure } from '@lockstep/server-operations';
import { SshError } from '@lockstep/server-ssh';
import { asOperationFailure } from '../acme/acme-failure.js';
import type { AcmeIssuerEntity } from '../acme/acme-issuer.js';
import { AcmeLedger } from '../acme/acme-ledger.js';
import { type Trial, blocking, notTried, warning, well } from './finding.js';
import { type ProofPath, inFewWords, leftBehind } from './proof-path.js';
import { StagingAccounts } from './staging-accounts.js';

const [requestMs, proveMs] = [60_000, 300_000];
/** By these the staging says nothing about what the CA itself would do. */
const inconclusive: readonly AcmeErrorCode[] = [
  'UNREACHABLE',
  'TLS_UNTRUSTED',
  'DEADLINE',
  'RATE_LIMITED',
  'ORDER_GONE',
  'UNEXPECTED_ANSWER',
];

/** `isJudged`: the staging has looked, so that nothing else has to. */
export interface StagingJudgement {
  readonly isJudged: boolean;
  readonly findings: readonly ReadinessFinding[];
}

/**
 * Orders at the staging of a CA, by the same way as a renewal, until all names are proved. Nothing is finalized: what comes
 * after the proofs depends on nothing here, and a certificate that nobody uses would be issued and logged at each check.
 */
@Injectable()
export class StagingTrials {
  constructor(
    private readonly accounts: StagingAccounts,
    private readonly ledger: AcmeLedger,
  ) {}

  async tryOrder(path: ProofPath): Promise<StagingJudgement> {
    const { stagingDirectoryUrl } = path.issuer.acme;
    if (stagingDirectoryUrl === null) {
      const trial: Trial = { topic: 'challenge', tried: 'Have the names proved at the staging of the authority' };
      const found = 'Not tried: this issuer names no staging directory.';
      const advice = 'Name one in the issuer, where its authority has one; then the authority’s own way is tried.';
      return { isJudged: false, findings: [notTried(trial, { found, advice })] };
    }
    const issuer = { ...path.issuer, acme: { ...path.issuer.acme, directoryUrl: stagingDirectoryUrl } };
    const until = await this.accounts.pausedUntil(issuer);
    if (!until) return this.try(issuer, path);
    return unjudged(trialOf(issuer, path), `It asked to be left alone until ${until.toISOString()}.`);
  }

  private async try(issuer: AcmeIssuerEntity, path: ProofPath): Promise<StagingJudgement> {
    const trial = trialOf(issuer, path);
    let account: AcmeAccount | undefined;
    try {
      account = await this.accounts.open(issuer, limitOf(path, requestMs));
      const shown = await this.prove(account, issuer, path);
      const found = `It verified the names by ${path.solver.kind}. Nothing was issued.`;
      return { isJudged: true, findings: [well(trial, found), ...leftBehind(shown)] };
    } catch (error) {
      if (path.signal.aborted) throw error;
      if (error instanceof RateLimited) await this.accounts.pause(issuer, error.until);
      if (hasForgottenUs(error)) await this.accounts.forget(issuer);
      const plain = asOperationFailure(error);
      if (!(plain instanceof OperationFailure) && !(plain instanceof SshError)) throw error;
      const { message: found, hostWords } = plain;
      const saysNothing = error instanceof AcmeError && (inconclusive.includes(error.code) || hasForgottenUs(error));
      if (!account || saysNothing) return unjudged(trial, found);
      const advice = 'Correct what it says: a renewal would meet the same.';
      return { isJudged: true, findings: [blocking(trial, { found, hostWords, advice })] };
    }
  }

  /** An authorization from before would prove nothing now: none is left, and one that is there all the same is given up. */
  private async prove(account: AcmeAccount, issuer: AcmeIssuerEntity, path: ProofPath): Promise<StoredOrder> {
    let order = await this.place(account, issuer, path);
    try {
      if (await this.hasProved(account, order, path)) {
        await account.giveUp(order.authorizations, limitOf(path, requestMs));
        order = await this.place(account, issuer, path);
      }
      return await proveNames(order, { ...path, ...limitOf(path, proveMs), account });
    } catch (error) {
      const names = error instanceof AcmeError ? error.identifiers : [];
      if (names.length > 0) await this.ledger.record(issuer, { kind: 'validation_failed', names, orderUrl: order.url });
      throw error;
    } finally {
      // Also when it was stopped. Where that fails, the next check does it.
      await account.giveUp(order.authorizations, { deadlineMs: requestMs }).catch(() => undefined);
    }
  }

  private async place(account: AcmeAccount, issuer: AcmeIssuerEntity, path: ProofPath): Promise<StoredOrder> {
    const attempt = await this.ledger.ordering(issuer, path.domains);
    const order = await account.placeOrder(path.domains, limitOf(path, requestMs)).catch(async (error: unknown) => {
      if (error instanceof AcmeError && error.problem) await attempt.refused();
      throw error;
    });
    await attempt.placed(order.url);
    return order;
  }

  private async hasProved(account: AcmeAccount, order: StoredOrder, path: ProofPath): Promise<boolean> {
    const { value } = await account.authorizations(order.authorizations, limitOf(path, requestMs));
    return value.some(({ status }) => status === 'valid');
  }
}

/** Stagings are emptied now and then (RFC 8555 §6.7). The next check opens another account. */
const hasForgottenUs = (error: unknown): boolean =>
  error instanceof AcmeError && error.problem?.type === 'urn:ietf:params:acme:error:accountDoesNotExist';

const trialOf = ({ acme }: AcmeIssuerEntity, { domains }: ProofPath): Trial => ({
  topic: 'challenge',
  tried: `Have ${inFewWords(domains)} proved at ${new URL(acme.directoryUrl).host}`,
});

const unjudged = (trial: Trial, found: string): StagingJudgement => ({
  isJudged: false,
  findings: [warning(trial, { found, advice: 'This is the staging alone; the authority itself may well answer.' })],
});

const limitOf = ({ signal }: ProofPath, deadlineMs: number): Limit & { signal: AbortSignal } => ({
  deadlineMs,
  signal,
});
