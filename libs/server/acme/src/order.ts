import { isIP } from 'node:net';
import type { Order } from 'acme-client';
import { AcmeError } from './acme-error.js';
import type { Challenge } from './challenges/challenge.js';
import { inWords, readProblem } from './problem.js';

/**
 * An order as a value (RFC 8555 §7.1.3) that survives its process: the caller stores it after each step and goes on from
 * it. It can be turned into JSON and back.
 */
export interface StoredOrder {
  readonly url: string;
  readonly status: Order['status'];
  readonly names: readonly string[];
  readonly authorizations: readonly string[];
  readonly finalize: string;
  /** Where the certificate is, once it is issued. */
  readonly certificate?: string;
  /** ISO 8601. */
  readonly expires?: string;
  /** Proofs that were, or may have been, published and are not known to be withdrawn. */
  readonly presented: readonly Challenge[];
}

/** What the CA says about an order now, with what only we know about it. */
export function toStoredOrder(order: Order, presented: readonly Challenge[]): StoredOrder {
  const texts = [order.url, order.finalize, ...order.authorizations];
  if (!texts.every((text) => URL.canParse(text)))
    throw new AcmeError('UNEXPECTED_ANSWER', 'The CA described an order without its addresses.');
  return {
    url: order.url,
    status: order.status,
    names: order.identifiers.map(({ value }) => value),
    authorizations: order.authorizations,
    finalize: order.finalize,
    ...(order.certificate && { certificate: order.certificate }),
    ...(order.expires && { expires: order.expires }),
    presented,
  };
}

/** Names as the CA wants them (RFC 8555 §7.1.3, addresses by RFC 8738). */
export const identifiersOf = (names: readonly string[]): { type: string; value: string }[] =>
  names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }));

/** @throws {AcmeError} ORDER_INVALID, with the CA's words, when nothing can come of the order any more */
export function refuseInvalid(order: Pick<Order, 'status'> & { error?: unknown }): void {
  if (order.status !== 'invalid') return;
  const problem = readProblem(order.error);
  const words = problem ? `: ${inWords(problem)}` : '.';
  throw new AcmeError('ORDER_INVALID', `The CA gave the order up${words}`, { problem });
}
