import {
  type AcmeAccount,
  AcmeError,
  RateLimited,
  type RenewalInformation,
  type Solver,
  type StoredOrder,
  proveNames,
} from '@lockstep/server-acme';
import { asFailure } from '@lockstep/server-connections';
import { type OperationContext, type StepHandle, mustLetGo } from '@lockstep/server-operations';
import { readCertificates, toPem } from '@lockstep/server-pki';
import type { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { asOperationFailure, asProviderFailure, waitUntil } from './acme-failure.js';
import type { AcmeIssuance } from './acme-issuance.js';
import { type AcmeIssuerEntity, isAcmeIssuer } from './acme-issuer.js';
import type { KeptOrder, OrderOf } from './acme-orders.js';
import type { OpenSolver } from './solvers.js';

const [requestMs, proveMs, issueMs] = [60_000, 420_000, 180_000];
/** Milliseconds until it is looked again whether what was left is taken back. */
const takeBackMs = 2_000;
/** An order whose certificate could not be used is looked at again for a day. Then it is not worth anything any more. */
const issuedOrderMs = 24 * 3_600_000;

/** What a CA issued, PEM. */
export interface SignedCertificate {
  readonly leaf: string;
  readonly chain: string;
  readonly renewalInformation?: RenewalInformation | null;
}

/** The part of one renewal that an ACME authority plays. What it learns is stored at once, so that another worker can go on. */
export class AcmeRenewal {
  private readonly solvers = new Map<number, Promise<OpenSolver>>();
  private account: Promise<AcmeAccount> | undefined;

  constructor(
    private readonly context: OperationContext,
    private readonly certificate: CertificateEntity,
    private readonly parts: AcmeIssuance,
  ) {}

  /** Whether this certificate's issuer is one. */
  get isNeeded(): boolean {
    return isAcmeIssuer(this.certificate.issuer);
  }

  /** Goes on with the order that there is, as long as it can be used; else places one. */
  async place(version: CertificateVersionEntity, step: StepHandle): Promise<void> {
    const { ledger, orders } = this.parts;
    const known = await orders.find(this.of(version));
    const order = known && (await this.look(known));
    if (order) {
      await orders.keep(this.of(version), order);
      step.summary(`the one that was placed on ${known.placedAt.toISOString()} is gone on with`);
      return;
    }
    const { domains } = version;
    await ledger.assertAllowed(this.issuer, domains);
    const replaces = await this.newestLeaf();
    await this.asking(async (account) => {
      // A CA that gives the same order again for the same names (Let's Encrypt does) gives one whose answer was lost.
      // Elsewhere that one expires unused: hardly any CA lists the orders of an account (RFC 8555 §7.1.2.1).
      const attempt = await ledger.ordering(this.issuer, domains);
      const placed = await account
        .placeOrder(domains, { ...this.limit(requestMs), ...(replaces && { replaces }) })
        .catch(async (error: unknown) => {
          if (isRefusal(error)) await attempt.refused();
          throw error;
        });
      // What the order before could not take back is still published.
      await orders.keep(this.of(version), { ...placed, presented: known?.order.presented ?? [] });
      await attempt.placed(placed.url);
    });
    step.summary(`at ${new URL(this.issuer.acme.directoryUrl).host}`);
  }

  /** Shows the proofs, has the CA look, and takes them back. Nothing is done where all names are proved. */
  async prove(version: CertificateVersionEntity, step: StepHandle): Promise<void> {
    const { ledger, orders } = this.parts;
    const { order } = await this.orderOf(version);
    const counted = { kind: 'validation_failed', orderUrl: order.url } as const;
    if (order.status !== 'pending') {
      await ledger.forget(counted);
      step.summary('all names are proved already');
      return;
    }
    await ledger.assertAllowed(this.issuer, version.domains, order.url);
    await this.letTakeBack();
    const { solver } = await this.solverOf(this.issuer);
    const keep = (known: StoredOrder): Promise<void> => orders.keep(this.of(version), known);
    const count = (names: readonly string[]): Promise<void> => ledger.record(this.issuer, { ...counted, names });
    await this.asking((account) =>
      asFailure(this.context, () =>
        proveNames(order, { ...this.limit(proveMs), account, keep, solver: this.guarded(solver, count) }),
      ).catch(async (error: unknown) => {
        const names = error instanceof AcmeError ? error.identifiers : [];
        if (names.length > 0) await count(names);
        throw error;
      }),
    );
    await ledger.forget(counted);
    step.summary(`${String(order.authorizations.length)} by ${solver.kind}`);
  }

  /** Hands the request in and takes the certificate. An order that was handed in before is only waited for. */
  async issue(version: CertificateVersionEntity): Promise<SignedCertificate> {
    const { ledger, orders } = this.parts;
    const { order } = await this.orderOf(version);
    const { preferredChain } = this.issuer.acme;
    const counted = { kind: 'issued', orderUrl: order.url } as const;
    const text = await this.asking(async (account) => {
      await ledger.record(this.issuer, { ...counted, names: version.domains });
      const done = await account.finalize(order, version.request, this.limit(issueMs)).catch(async (error: unknown) => {
        if (isRefusal(error) && !(error instanceof RateLimited)) await ledger.forget(counted);
        throw error;
      });
      await orders.keep(this.of(version), done);
      return account.download(done, { ...this.limit(requestMs), ...(preferredChain !== null && { preferredChain }) });
    });
    const [leaf, ...chain] = readCertificates(text);
    const signed = { leaf: toPem([leaf]), chain: toPem(chain) };
    return { ...signed, renewalInformation: await this.renewalInformation(signed.leaf) };
  }

  /** Takes back whatever is still published for this certificate, also by a worker that was lost. For every exit path. */
  async end(): Promise<void> {
    try {
      if (!mustLetGo(this.context.signal)) await this.withdraw();
    } finally {
      const open = await Promise.allSettled(this.solvers.values());
      for (const result of open) if (result.status === 'fulfilled') await result.value.close().catch(() => undefined);
    }
  }

  private async withdraw(): Promise<void> {
    const { proofs, withdrawal } = this.parts;
    for (const { proof, why } of await withdrawal.takeBack(await proofs.of(this.certificate.id)))
      this.context.log('system', `${proof.proof.location} could not be taken back and is tried again later: ${why}\n`);
  }

  /** What is taken back now may be the very proof that is shown next. */
  private async letTakeBack(): Promise<void> {
    if (!(await this.parts.proofs.areClaimed(this.certificate.id))) return;
    this.context.park(new Date(Date.now() + takeBackMs), 'Waits until a proof of before is taken back');
  }

  /** The order as the CA knows it; undefined: it can not be used any more. */
  private async look({ order, placedAt, issuerId }: KeptOrder): Promise<StoredOrder | undefined> {
    if (issuerId !== this.issuer.id) return undefined;
    if (order.status === 'valid' && Date.now() - placedAt.getTime() > issuedOrderMs) return undefined;
    return this.asking((account) =>
      account.look(order, this.limit(requestMs)).catch((error: unknown) => {
        if (error instanceof AcmeError && /^ORDER_(?:GONE|INVALID)$/.test(error.code)) return undefined;
        throw error;
      }),
    );
  }

  /** An advice only: without it, the lifetime decides. */
  private async renewalInformation(leaf: string): Promise<RenewalInformation | null> {
    try {
      const account = await this.opened();
      return await account.renewalInformation(leaf, this.limit(requestMs));
    } catch (error) {
      if (error instanceof RateLimited) await this.parts.accounts.pause(this.issuer.id, error.until);
      if (error instanceof AcmeError) return null;
      throw error;
    }
  }

  /** Asks the CA, unless it wants to be left alone; then, or when it says so now, the operation waits. */
  private async asking<Value>(work: (account: AcmeAccount) => Promise<Value>): Promise<Value> {
    const { accounts } = this.parts;
    const until = await accounts.pausedUntil(this.issuer.id);
    if (until) waitUntil(this.context, until, `${this.issuer.name} asks to come back at ${until.toISOString()}.`);
    try {
      return await work(await this.opened());
    } catch (error) {
      if (this.context.signal.aborted) throw error;
      if (!(error instanceof RateLimited)) throw asOperationFailure(error);
      await accounts.pause(this.issuer.id, error.until);
      return waitUntil(this.context, error.until, error.message);
    }
  }

  private opened(): Promise<AcmeAccount> {
    this.account ??= this.parts.authorities.open(this.issuer, this.limit(requestMs));
    return this.account;
  }

  private solverOf(issuer: AcmeIssuerEntity): Promise<OpenSolver> {
    const known = this.solvers.get(issuer.id) ?? this.parts.solvers.open(issuer, this.context.operation.connectionId);
    this.solvers.set(issuer.id, known);
    return known;
  }

  /** What the DNS provider does not do is not the CA's doing. When all is published the CA is told to look. */
  private guarded(solver: Solver, beforeLook: (names: readonly string[]) => Promise<void>): Solver {
    const guard = (work: Promise<void>): Promise<void> =>
      work.catch((error: unknown) => {
        if (error instanceof RateLimited) return waitUntil(this.context, error.until, error.message);
        throw asProviderFailure(error);
      });
    return {
      kind: solver.kind,
      present: (challenge, signal) => guard(solver.present(challenge, signal)),
      settle: async (challenges, signal) => {
        await guard(solver.settle?.(challenges, signal) ?? Promise.resolve());
        await beforeLook([...new Set(challenges.map(({ identifier }) => identifier))]);
      },
      withdraw: (challenge, signal) => solver.withdraw(challenge, signal),
    };
  }

  /** The certificate that this one is to replace (RFC 9773 §5). */
  private async newestLeaf(): Promise<string | undefined> {
    const [row] = await this.parts.dataSource.query<{ leaf: string }[]>(
      `SELECT leaf FROM certificate_versions WHERE certificate_id = $1 AND issuer_id = $2 AND leaf IS NOT NULL
       ORDER BY number DESC LIMIT 1`,
      [this.certificate.id, this.issuer.id],
    );
    return row?.leaf;
  }

  private async orderOf(version: CertificateVersionEntity): Promise<KeptOrder> {
    const known = await this.parts.orders.find(this.of(version));
    if (!known) throw new Error('The order is not stored.');
    return known;
  }

  private of(version: CertificateVersionEntity): OrderOf {
    const { id: operationId, connectionId } = this.context.operation;
    const { id: issuerId, acme } = this.issuer;
    const place = { issuerId, connectionId, challenge: acme.challenge };
    return { versionId: version.id, certificateId: this.certificate.id, operationId, ...place };
  }

  private get issuer(): AcmeIssuerEntity {
    const { issuer, name } = this.certificate;
    if (!isAcmeIssuer(issuer)) throw new Error(`${name} has no ACME issuer`);
    return issuer;
  }

  private limit(deadlineMs: number): { deadlineMs: number; signal: AbortSignal } {
    return { deadlineMs, signal: this.context.signal };
  }
}

/** The CA answered, and did not do it. */
const isRefusal = (error: unknown): boolean =>
  error instanceof RateLimited ||
  (error instanceof AcmeError && (error.code === 'REFUSED' || error.code === 'ORDER_INVALID'));
