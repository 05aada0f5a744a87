/** SSH wire format (RFC 4251 §5). */

export const wireString = (value: Buffer | string): Buffer => {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** A positive whole number, big-endian, as mpint: no needless zeros, and one where the top bit would be a sign. */
export const wireMpint = (value: Buffer): Buffer => {
  let start = 0;
  while (start < value.length && value[start] === 0) start += 1;
  const digits = value.subarray(start);
  const signed = digits.length > 0 && ((digits[0] ?? 0) & 0x80) !== 0;
  return wireString(signed ? Buffer.concat([Buffer.from([0]), digits]) : digits);
};

/** Reads strings one after another. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Throws a RangeError when the bytes end early. */
  string(): Buffer {
    const length = this.#bytes.readUInt32BE(this.#at);
    const end = this.#at + 4 + length;
    if (end > this.#bytes.length) throw new RangeError('ends early');
    const value = this.#bytes.subarray(this.#at + 4, end);
    this.#at = end;
    return value;
  }
}
