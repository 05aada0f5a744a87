import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { AcmeError } from '../acme-error.js';
import { isRecord } from '../problem.js';

/** When the CA suggests to renew (RFC 9773 §4.2). */
export interface RenewalInformation {
  readonly start: Date;
  readonly end: Date;
  /** A page for people that says why. */
  readonly explanationUrl?: string;
  /** When to ask again (RFC 9773 §4.3): what the CA says between a minute and a day, else six hours. */
  readonly askAgainAt: Date;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * How renewal information names a certificate (RFC 9773 §4.1): key identifier of its authority and serial number, both
 * base64url without padding. @param certificate PEM, the leaf first
 */
export function certificateIdentifier(certificate: string): string {
  const leaf = new x509.X509Certificate(certificate);
  const keyId = leaf.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId;
  if (!keyId) throw new AcmeError('UNEXPECTED_ANSWER', 'The certificate does not name the key of its authority.');
  return `${encode(keyId)}.${encode(asInteger(leaf.serialNumber))}`;
}

export function readRenewalInformation(document: unknown, retryAfter: Date | undefined): RenewalInformation {
  const window = isRecord(document) && isRecord(document.suggestedWindow) ? document.suggestedWindow : {};
  const [start, end] = [new Date(String(window.start)), new Date(String(window.end))];
  if (!(start.getTime() < end.getTime()))
    throw new AcmeError('UNEXPECTED_ANSWER', 'The CA suggests a renewal window that ends before it begins.');
  const now = Date.now();
  const asked = retryAfter ? retryAfter.getTime() - now : 6 * hourMs;
  const url = isRecord(document) ? document.explanationURL : undefined;
  return {
    start,
    end,
    ...(typeof url === 'string' && /^https?:\/\//.test(url) && { explanationUrl: url }),
    askAgainAt: new Date(now + Math.min(Math.max(asked, minuteMs), 24 * hourMs)),
  };
}

/**
 * One moment of the window, each as likely (RFC 9773 §4.2), to be chosen once and kept. A moment that has passed means now.
 * @param chance from 0 up to, but not including, 1
 */
export function pickMoment(window: Pick<RenewalInformation, 'start' | 'end'>, chance = Math.random()): Date {
  const length = window.end.getTime() - window.start.getTime();
  return new Date(window.start.getTime() + Math.floor(length * chance));
}

/** DER puts a zero before a number that would else be negative; it belongs to the name (RFC 9773 §4.1). */
const asInteger = (hexadecimal: string): string => (/^[89a-f]/i.test(hexadecimal) ? `00${hexadecimal}` : hexadecimal);

const encode = (hexadecimal: string): string => Buffer.from(hexadecimal, 'hex').toString('base64url');
