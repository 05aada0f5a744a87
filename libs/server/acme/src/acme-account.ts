import { type Authorization, Client, type Order } from 'acme-client';
import { AcmeError } from './acme-error.js';
import { type Limit, startLimit } from './limit.js';
import { type Look, pollUntil } from './poll.js';
import { type StoredOrder, identifiersOf, refuseInvalid, toStoredOrder } from './order.js';
import { isProblem, isRecord } from './problem.js';
import {
  type RenewalInformation,
  certificateIdentifier,
  readRenewalInformation,
} from './renewal/renewal-information.js';
import { Transport, type TransportOptions } from './transport.js';

/** A CA and who we are to it. Several may live side by side. */
export interface AccountOptions extends TransportOptions {
  /** PEM; ECDSA P-256, P-384, or RSA. */
  readonly accountKey: string;
  /** From `register`. */
  readonly accountUrl?: string;
  /** RFC 8555 §7.3.4; `hmacKey` in base64url, as CAs hand it out. */
  readonly externalAccountBinding?: { readonly kid: string; readonly hmacKey: string };
}

/**
 * An account with a CA (RFC 8555), over acme-client. Every method can be called again after a failure or a crash and goes
 * on from what is stored. Errors: `AcmeError`, `RateLimited`; an abort rejects with the signal's reason.
 */
export class AcmeAccount {
  private readonly transport: Transport;
  private readonly client: Client;

  constructor(private readonly options: AccountOptions) {
    if (!/^https:\/\//i.test(options.directoryUrl))
      throw new AcmeError('UNREACHABLE', 'The address of an ACME directory begins with https:// (RFC 8555 §6.1).');
    this.transport = new Transport(options);
    this.client = new Client({ ...options, externalAccountBinding: options.externalAccountBinding });
  }

  /** Where the CA's terms are, if it has any. */
  async termsOfService(limit: Limit): Promise<string | null> {
    const { meta } = await this.directory(limit);
    return isRecord(meta) && typeof meta.termsOfService === 'string' ? meta.termsOfService : null;
  }

  /**
   * Makes the account, or finds the one that this key has. Who calls has agreed to the CA's terms.
   * @param contact mail addresses, without `mailto:`
   * @returns its address, to be stored
   */
  async register(contact: readonly string[], limit: Limit): Promise<string> {
    await this.transport.call('Registering the account', limit, () =>
      this.client.createAccount({ termsOfServiceAgreed: true, contact: contact.map((address) => `mailto:${address}`) }),
    );
    return this.client.getAccountUrl();
  }

  /**
   * Places an order for these names.
   * @param replaces the certificate (PEM) that this renews; told where the CA takes it (RFC 9773 §5)
   */
  async placeOrder(names: readonly string[], limit: Limit & { readonly replaces?: string }): Promise<StoredOrder> {
    const identifiers = identifiersOf(names);
    const replaces = limit.replaces && (await this.renewalUrl(limit)) && certificateIdentifier(limit.replaces);
    const place = (data: { identifiers: typeof identifiers }): Promise<{ value: Order }> =>
      this.transport.call('Placing the order', limit, () => this.client.createOrder(data));
    const { value } = await place({ identifiers, ...(replaces && { replaces }) }).catch((error: unknown) => {
      // Another order replaced it meanwhile, or the CA has forgotten it: that must not keep us from renewing.
      if (!replaces || !isRefusedReplacement(error)) throw error;
      return place({ identifiers });
    });
    return toStoredOrder(value, []);
  }

  /**
   * What the CA says about the order now.
   * @throws {AcmeError} ORDER_GONE, ORDER_INVALID: place a new one
   */
  async look(order: StoredOrder, limit: Limit): Promise<StoredOrder> {
    return (await this.lookOnce(order, limit)).value;
  }

  /** Its authorizations as they are now. */
  async authorizations(urls: readonly string[], limit: Limit): Promise<Look<Authorization[]>> {
    const order: Order = {
      ...{ url: '', finalize: '', status: 'pending', identifiers: [] },
      authorizations: [...urls],
    };
    return this.transport.call('Reading the authorizations', limit, () => this.client.getAuthorizations(order));
  }

  /**
   * Gives authorizations up (RFC 8555 §7.5.2), so that the next order proves its names anew. Those that are over already
   * stay as they are.
   * @returns how many of them had been proved
   */
  async giveUp(urls: readonly string[], limit: Limit): Promise<number> {
    const { value } = await this.authorizations(urls, limit);
    const open = value.filter(({ status }) => status === 'valid' || status === 'pending');
    for (const authorization of open)
      await this.transport.call('Giving up the authorization', limit, () =>
        this.client.deactivateAuthorization(authorization),
      );
    return open.filter(({ status }) => status === 'valid').length;
  }

  /** RFC 8555 §8.1, with the digest for DNS-01. */
  keyAuthorization(challenge: Authorization['challenges'][number]): Promise<string> {
    return this.client.getChallengeKeyAuthorization(challenge);
  }

  /** Tells the CA to look (RFC 8555 §7.5.1). Telling it again is harmless. */
  async answer(challenge: Authorization['challenges'][number], limit: Limit): Promise<void> {
    if (challenge.status !== 'pending') return;
    await this.transport.call('Answering the challenge', limit, () => this.client.completeChallenge(challenge));
  }

  /**
   * Hands the request in and waits for the certificate. An order that was handed in before is only waited for, so the
   * request must be the same.
   * @param request the signing request, PEM
   * @returns the order with `certificate`
   */
  async finalize(order: StoredOrder, request: string, limit: Limit): Promise<StoredOrder> {
    const { signal, stop } = startLimit(limit, 'Issuing the certificate');
    const whole = { ...limit, signal };
    try {
      const isSettled = ({ status }: StoredOrder): boolean => status !== 'processing';
      const known = order.status === 'ready' ? order : await this.pollOrder(order, whole, { done: isSettled });
      const told = known.status === 'ready' ? await this.handIn(known, request, whole) : undefined;
      const isDone = ({ status }: StoredOrder): boolean => status === 'valid' || status === 'pending';
      const done = await this.pollOrder(known, whole, { done: isDone, told });
      if (done.status === 'valid') return done;
      throw new AcmeError('ORDER_INVALID', 'The order cannot be finalized: not all of its names are proved yet.');
    } finally {
      stop();
    }
  }

  /**
   * The certificate and its chain, PEM, the leaf first.
   * @param preferredChain common name of the issuer that the chain should end at; the CA's own choice where none does
   */
  async download(order: StoredOrder, limit: Limit & { readonly preferredChain?: string }): Promise<string> {
    const { certificate } = order;
    if (!certificate) throw new AcmeError('ORDER_INVALID', 'The order has no certificate yet.');
    const issued: Order = { ...asOrder(order), status: 'valid', certificate };
    const { value } = await this.transport.call('Downloading the certificate', limit, () =>
      this.client.getCertificate(issued, limit.preferredChain),
    );
    if (typeof value !== 'string' || !value.includes('-----BEGIN CERTIFICATE-----'))
      throw new AcmeError('UNEXPECTED_ANSWER', 'The CA gave something else than a certificate.');
    return value;
  }

  /**
   * When the CA wants this certificate (PEM) renewed (RFC 9773 §4); null: it offers no such information.
   * @returns the window, why, and when to ask again
   */
  async renewalInformation(certificate: string, limit: Limit): Promise<RenewalInformation | null> {
    const base = await this.renewalUrl(limit);
    if (!base) return null;
    const url = `${base.replace(/\/$/, '')}/${certificateIdentifier(certificate)}`;
    const { value, retryAfter } = await this.transport.get(url, 'Asking for renewal information', limit);
    return readRenewalInformation(value, retryAfter);
  }

  /** What the CA says to it; undefined: what we know is old, it was handed in before. The next look tells. */
  private async handIn(order: StoredOrder, request: string, limit: Limit): Promise<Look<StoredOrder> | undefined> {
    try {
      const finalize = (): Promise<Order> => this.client.finalizeOrder(asOrder(order), request);
      return toLook(order, await this.transport.call('Finalizing the order', limit, finalize));
    } catch (error) {
      if (error instanceof AcmeError && isProblem(error.problem, 'orderNotReady')) return undefined;
      throw error;
    }
  }

  private pollOrder(
    order: StoredOrder,
    limit: Limit & { signal: AbortSignal },
    options: { done: (order: StoredOrder) => boolean; told?: Look<StoredOrder> | undefined },
  ): Promise<StoredOrder> {
    return pollUntil(() => this.lookOnce(order, limit), { ...options, signal: limit.signal });
  }

  private async lookOnce(order: StoredOrder, limit: Limit): Promise<Look<StoredOrder>> {
    const look = await this.transport
      .call('Reading the order', limit, () => this.client.getOrder(asOrder(order)))
      .catch((error: unknown) => {
        throw isGone(error) ? new AcmeError('ORDER_GONE', 'The CA does not know the order any more.', error) : error;
      });
    return toLook(order, look);
  }

  private async renewalUrl(limit: Limit): Promise<string | undefined> {
    const { renewalInfo } = await this.directory(limit);
    return typeof renewalInfo === 'string' ? renewalInfo : undefined;
  }

  private async directory(limit: Limit): Promise<Record<string, unknown>> {
    const { value } = await this.transport.get(this.options.directoryUrl, 'Reading the directory', limit);
    if (!isRecord(value))
      throw new AcmeError('UNEXPECTED_ANSWER', `${this.options.directoryUrl} is no ACME directory (RFC 8555 §7.1.1).`);
    return value;
  }
}

/** acme-client's idea of an order. It reads the addresses only. */
const asOrder = ({ url, status, finalize, certificate }: StoredOrder): Order => ({
  ...{ url, status, finalize, certificate },
  identifiers: [],
  authorizations: [],
});

/** @throws {AcmeError} ORDER_INVALID */
function toLook({ presented }: StoredOrder, { value, retryAfter }: Look<Order>): Look<StoredOrder> {
  refuseInvalid(value);
  return { value: toStoredOrder(value, presented), retryAfter };
}

const isGone = (error: unknown): error is AcmeError => error instanceof AcmeError && error.problem?.status === 404;

const isRefusedReplacement = (error: unknown): boolean =>
  error instanceof AcmeError &&
  (isProblem(error.problem, 'alreadyReplaced') || isProblem(error.problem, 'malformed') || isGone(error));
