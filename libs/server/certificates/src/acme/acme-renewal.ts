import {
  type AcmeAccount,
  AcmeError,
  RateLimited,
  type RenewalInformation,
  type Solver,
  type StoredOrder,
  proveNames,
  withdrawPresented,
} from '@lockstep/server-acme';
import { asFailure } from '@lockstep/server-connections';
import { type OperationContext, type StepHandle, mustLetGo } from '@lockstep/server-operations';
import { readCertificates, toPem } from '@lockstep/server-pki';
import type { CertificateVersionEntity } from '../model/certificate-version.entity.js';
import type { CertificateEntity } from '../model/certificate.entity.js';
import { IssuerEntity } from '../model/issuer.entity.js';
import { asOperationFailure, asProviderFailure, waitUntil } from './acme-failure.js';
import type { AcmeIssuance } from './acme-issuance.js';
import { type AcmeIssuerEntity, isAcmeIssuer } from './acme-issuer.js';
import type { KeptOrder } from './acme-orders.js';
import type { OpenSolver } from './solvers.js';

const [requestMs, proveMs, issueMs] = [60_000, 420_000, 180_000];
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
    const known = await orders.find(version.id);
    const order = known && (await this.look(known));
    if (order) {
      await orders.keep(this.of(version), order);
      step.summary(`the one that was placed on ${known.placedAt.toISOString()} is gone on with`);
      return;
    }
    const { domains } = version;
    await ledger.assertAllowed(this.issuer, domains);
    const replaces = await this.newestLeaf();
    const placed = await this.asking((account) =>
      account.placeOrder(domains, { ...this.limit(requestMs), ...(replaces && { replaces }) }),
    );
    // What the order before could not take back is still published.
    await orders.keep(this.of(version), { ...placed, presented: known?.order.presented ?? [] });
    await ledger.record(this.issuer, { kind: 'ordered', names: domains, orderUrl: placed.url });
    step.summary(`at ${new URL(this.issuer.acme.directoryUrl).host}`);
  }

  /** Shows the proofs, has the CA look, and takes them back. Nothing is done where all names are proved. */
  async prove(version: CertificateVersionEntity, step: StepHandle): Promise<void> {
    const { ledger, orders } = this.parts;
    const { order } = await this.orderOf(version);
    if (order.status !== 'pending') {
      step.summary('all names are proved already');
      return;
    }
    await ledger.assertAllowed(this.issuer, version.domains);
    const { solver } = await this.solverOf(this.issuer);
    const keep = (known: StoredOrder): Promise<void> => orders.keep(this.of(version), known);
    const proved = await this.asking((account) =>
      asFailure(this.context, () =>
        proveNames(order, { ...this.limit(proveMs), account, keep, solver: this.guarded(solver) }),
      ).catch(async (error: unknown) => {
        const names = error instanceof AcmeError ? error.identifiers : [];
        if (names.length > 0)
          await ledger.record(this.issuer, { kind: 'validation_failed', names, orderUrl: order.url });
        throw error;
      }),
    );
    await keep(proved);
    step.summary(`${String(order.authorizations.length)} by ${solver.kind}`);
  }

  /** Hands the request in and takes the certificate. An order that was handed in before is only waited for. */
  async issue(version: CertificateVersionEntity): Promise<SignedCertificate> {
    const { ledger, orders } = this.parts;
    const { order } = await this.orderOf(version);
    const { preferredChain } = this.issuer.acme;
    const text = await this.asking(async (account) => {
      const done = await account.finalize(order, version.request, this.limit(issueMs));
      await orders.keep(this.of(version), done);
      await ledger.record(this.issuer, { kind: 'issued', names: version.domains, orderUrl: done.url });
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
    const { dataSource, orders } = this.parts;
    for (const known of await orders.published(this.certificate.id)) {
      const issuer = await dataSource.manager.findOneBy(IssuerEntity, { id: known.issuerId });
      if (!isAcmeIssuer(issuer)) continue;
      const left = await this.withdrawOne(known, issuer);
      for (const { location } of left)
        this.context.log('system', `${location} could not be taken back; the next renewal tries again.\n`);
    }
  }

  private async withdrawOne(known: KeptOrder, issuer: AcmeIssuerEntity): Promise<StoredOrder['presented']> {
    const keep = (order: StoredOrder): Promise<void> => this.parts.orders.keep(known, order);
    try {
      const { solver } = await this.solverOf(issuer);
      return (await withdrawPresented(known.order, { solver, keep })).presented;
    } catch (error) {
      // A provider without its secret or program, for example. How the renewal ended is not changed by that.
      this.context.log('system', `${error instanceof Error ? error.message : String(error)}\n`);
      return known.order.presented;
    }
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

  /** What the DNS provider does not do is not the CA's doing. */
  private guarded(solver: Solver): Solver {
    const guard = (work: Promise<void>): Promise<void> =>
      work.catch((error: unknown) => {
        if (error instanceof RateLimited) return waitUntil(this.context, error.until, error.message);
        throw asProviderFailure(error);
      });
    return {
      kind: solver.kind,
      present: (challenge, signal) => guard(solver.present(challenge, signal)),
      settle: (challenges, signal) => guard(solver.settle?.(challenges, signal) ?? Promise.resolve()),
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
    const known = await this.parts.orders.find(version.id);
    if (!known) throw new Error('The order is not stored.');
    return known;
  }

  private of(version: CertificateVersionEntity): { versionId: string; issuerId: number } {
    return { versionId: version.id, issuerId: this.issuer.id };
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
