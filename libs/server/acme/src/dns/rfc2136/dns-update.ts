import { randomInt } from 'node:crypto';
import { AcmeError } from '../../acme-error.js';
import { type DnsProvider, type DnsRecord, recordTtl, zoneCandidates } from '../dns-provider.js';
import { type DnsServer, exchange } from './exchange.js';
import { type TsigKey, checkAnswer, signMessage } from './tsig.js';
import { dnsClass, dnsType, encodeName, encodeRecord, encodeText, uint16 } from './wire.js';

export interface DnsUpdateOptions extends DnsServer {
  readonly key: TsigKey;
  /** The zone to change; asked of the server unless told. */
  readonly zone?: string;
}

const opcode = { query: 0, update: 5 } as const;
const authoritative = 0x0400;
/** RFC 2136 §2.2. */
const codeWords: Record<number, string> = {
  1: 'it does not understand the request (FORMERR)',
  2: 'it failed (SERVFAIL)',
  4: 'it takes no updates (NOTIMP)',
  5: 'its policy does not allow this key to change this record (REFUSED)',
  9: 'it is not authoritative for the zone, or does not know the key (NOTAUTH)',
  10: 'the name is not in the zone (NOTZONE)',
};

/** Dynamic updates (RFC 2136), signed by TSIG (RFC 8945): BIND, Knot, PowerDNS, Windows with a key. */
export function dnsUpdate(options: DnsUpdateOptions): DnsProvider {
  const change = async (record: DnsRecord, update: Buffer, signal: AbortSignal): Promise<void> => {
    const zone = options.zone ?? (await findZone(record.name, options, signal));
    const message = Buffer.concat([header(opcode.update, 1), question(zone), update]);
    refuseFailure(await ask(message, options, signal), options.host);
  };
  return {
    publish: (record, signal) => change(record, addition(record), signal),
    remove: (record, signal) => change(record, deletion(record), signal),
  };
}

/** RFC 2136 §2.5.1. */
const addition = ({ name, value }: DnsRecord): Buffer =>
  encodeRecord({ name, type: dnsType.txt, class: dnsClass.internet, ttl: recordTtl, data: encodeText(value) });

/** RFC 2136 §2.5.4: this value alone. */
const deletion = ({ name, value }: DnsRecord): Buffer =>
  encodeRecord({ name, type: dnsType.txt, class: dnsClass.none, ttl: 0, data: encodeText(value) });

/** The nearest name above for which the server is authoritative and has a SOA record. */
async function findZone(name: string, options: DnsUpdateOptions, signal: AbortSignal): Promise<string> {
  for (const candidate of zoneCandidates(name)) {
    const message = Buffer.concat([header(opcode.query, 0), question(candidate)]);
    const answer = await ask(message, options, signal);
    const found = (answer.readUInt16BE(2) & authoritative) !== 0 && answer.readUInt16BE(6) > 0;
    if (found) return candidate;
  }
  throw new AcmeError('DNS_REFUSED', `The DNS server ${options.host} has no zone that ${name} is in.`);
}

/** One question or zone, and `updates` records to change. */
function header(code: number, updates: number): Buffer {
  return Buffer.concat([randomInt(65_536), code << 11, 1, 0, updates, 0].map(uint16));
}

const question = (zone: string): Buffer =>
  Buffer.concat([encodeName(zone), uint16(dnsType.soa), uint16(dnsClass.internet)]);

/** Signed there and signed back; whatever code the server gives. */
async function ask(message: Buffer, options: DnsUpdateOptions, signal: AbortSignal): Promise<Buffer> {
  const { signed, mac } = signMessage(message, options.key, new Date());
  const answer = await exchange(options, signed, signal);
  try {
    checkAnswer(answer, options.key, mac);
  } catch (error) {
    if (error instanceof AcmeError) throw error;
    // It pointed beyond its own end.
    throw new AcmeError('UNEXPECTED_ANSWER', `The DNS server ${options.host} gave an answer that is none.`, {
      cause: error,
    });
  }
  return answer;
}

function refuseFailure(answer: Buffer, host: string): void {
  const code = answer.readUInt16BE(2) & 0xf;
  if (code === 0) return;
  const words = codeWords[code] ?? `code ${String(code)}`;
  throw new AcmeError('DNS_REFUSED', `The DNS server ${host} refuses the update: ${words}.`);
}
