import { AcmeError } from '../../acme-error.js';

/** The few parts of DNS messages (RFC 1035 §4.1) that an update needs. */
export const dnsType = { soa: 6, txt: 16, tsig: 250 } as const;
export const dnsClass = { internet: 1, none: 254, any: 255 } as const;

export const uint16 = (value: number): Buffer => {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
};

/** Big-endian seconds in 48 bits (RFC 8945 §4.2). */
export const uint48 = (value: number): Buffer => {
  const buffer = Buffer.alloc(6);
  buffer.writeUIntBE(value, 0, 6);
  return buffer;
};

/** A name, uncompressed and in lower case, as TSIG signs it (RFC 8945 §4.3.3). @throws {AcmeError} DNS_REFUSED */
export function encodeName(name: string): Buffer {
  const labels = name
    .toLowerCase()
    .split('.')
    .filter((label) => label !== '')
    .map((label) => Buffer.from(label, 'latin1'));
  if (labels.some(({ length }) => length > 63) || labels.reduce((sum, { length }) => sum + length + 1, 1) > 255)
    throw new AcmeError('DNS_REFUSED', `"${name}" is longer than names in DNS may be (RFC 1035 §2.3.4).`);
  return Buffer.concat([...labels.flatMap((label) => [Buffer.from([label.length]), label]), Buffer.from([0])]);
}

export interface ResourceRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Buffer;
}

export function encodeRecord(record: ResourceRecord): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(record.type, 0);
  fixed.writeUInt16BE(record.class, 2);
  fixed.writeUInt32BE(record.ttl, 4);
  fixed.writeUInt16BE(record.data.length, 8);
  return Buffer.concat([encodeName(record.name), fixed, record.data]);
}

/** One string of at most 255 bytes (RFC 1035 §3.3.14). */
export function encodeText(value: string): Buffer {
  const text = Buffer.from(value, 'utf8');
  if (text.length > 255) throw new AcmeError('DNS_REFUSED', 'A challenge is never longer than 255 bytes.');
  return Buffer.concat([Buffer.from([text.length]), text]);
}

/** Where the last record of a message begins and what it holds; undefined: it has none. */
export function lastRecord(message: Buffer): { start: number; type: number; data: Buffer } | undefined {
  let offset = 12;
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) offset = afterName(message, offset) + 4;
  const records = [6, 8, 10].reduce((sum, at) => sum + message.readUInt16BE(at), 0);
  let last: { start: number; type: number; data: Buffer } | undefined;
  for (let left = records; left > 0; left -= 1) {
    const fixed = afterName(message, offset);
    const end = fixed + 10 + message.readUInt16BE(fixed + 8);
    last = { start: offset, type: message.readUInt16BE(fixed), data: message.subarray(fixed + 10, end) };
    offset = end;
  }
  return last;
}

/** The offset behind a name, which may end in a pointer (RFC 1035 §4.1.4). */
export function afterName(message: Buffer, start: number): number {
  for (let offset = start; ;) {
    const length = message.readUInt8(offset);
    if (length === 0) return offset + 1;
    if (length >= 0xc0) return offset + 2;
    offset += length + 1;
  }
}
