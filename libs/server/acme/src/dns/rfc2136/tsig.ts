import { createHmac, timingSafeEqual } from 'node:crypto';
import { AcmeError } from '../../acme-error.js';
import { afterName, dnsClass, dnsType, encodeName, encodeRecord, lastRecord, uint16, uint48 } from './wire.js';

/** RFC 8945 §6. */
export type TsigAlgorithm = 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';

export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  /** Base64, as `tsig-keygen` prints it. */
  readonly secret: string;
}

/** Seconds that the clocks may differ (RFC 8945 §10). */
const fudge = 300;
const errorWords: Record<number, string> = {
  16: 'the secret of the key is another one there (BADSIG)',
  17: 'it does not know the key (BADKEY)',
  18: 'its clock differs from ours by more than five minutes (BADTIME)',
};

interface Stamp {
  readonly time: number;
  readonly error: number;
  readonly other: Buffer;
}

/** Signs a request (RFC 8945 §5.1). @returns what to send, and the MAC that the answer's is built on */
export function signMessage(message: Buffer, key: TsigKey, now: Date): { signed: Buffer; mac: Buffer } {
  const stamp: Stamp = { time: Math.floor(now.getTime() / 1_000), error: 0, other: Buffer.alloc(0) };
  const mac = macOf([message, variables(key, stamp)], key);
  const data = Buffer.concat([
    encodeName(key.algorithm),
    ...[uint48(stamp.time), uint16(fudge), uint16(mac.length), mac],
    ...[message.subarray(0, 2), uint16(0), uint16(0)],
  ]);
  const record = encodeRecord({ name: key.name, type: dnsType.tsig, class: dnsClass.any, ttl: 0, data });
  return { signed: withAdditional(Buffer.concat([message, record]), 1), mac };
}

/**
 * Checks that the answer is from someone who has the key, and belongs to our request (RFC 8945 §5.3).
 * @throws {AcmeError} DNS_REFUSED, with what the server objects to; UNEXPECTED_ANSWER, when it may be anybody's
 */
export function checkAnswer(answer: Buffer, key: TsigKey, requestMac: Buffer): void {
  const last = lastRecord(answer);
  if (last?.type !== dnsType.tsig) throw unsigned();
  const at = afterName(last.data, 0);
  const length = last.data.readUInt16BE(at + 8);
  const mac = last.data.subarray(at + 10, at + 10 + length);
  const rest = last.data.subarray(at + 10 + length);
  const stamp: Stamp = { time: last.data.readUIntBE(at, 6), error: rest.readUInt16BE(2), other: rest.subarray(6) };
  const words = errorWords[stamp.error];
  if (words) throw new AcmeError('DNS_REFUSED', `The DNS server refuses the key ${key.name}: ${words}.`);
  const message = withAdditional(answer.subarray(0, last.start), -1);
  rest.copy(message, 0, 0, 2);
  const expected = macOf([uint16(requestMac.length), requestMac, message, variables(key, stamp)], key);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) throw unsigned();
  if (Math.abs(Date.now() / 1_000 - stamp.time) > fudge)
    throw new AcmeError('DNS_REFUSED', `The DNS server refuses the key ${key.name}: ${errorWords[18] ?? ''}.`);
}

const unsigned = (): AcmeError =>
  new AcmeError(
    'UNEXPECTED_ANSWER',
    'The answer of the DNS server is not signed with our key, so it may be anybody’s.',
  );

/** A copy whose count of additional records is changed. */
function withAdditional(message: Buffer, change: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(copy.readUInt16BE(10) + change, 10);
  return copy;
}

/** RFC 8945 §4.3.3. */
const variables = (key: TsigKey, { time, error, other }: Stamp): Buffer =>
  Buffer.concat([
    ...[encodeName(key.name), uint16(dnsClass.any), Buffer.alloc(4), encodeName(key.algorithm)],
    ...[uint48(time), uint16(fudge), uint16(error), uint16(other.length), other],
  ]);

function macOf(parts: readonly Buffer[], { algorithm, secret }: TsigKey): Buffer {
  const hmac = createHmac(algorithm.slice('hmac-'.length), Buffer.from(secret, 'base64'));
  parts.forEach((part) => hmac.update(part));
  return hmac.digest();
}
