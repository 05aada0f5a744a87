import * as x509 from '@peculiar/x509';

const nameConstraints = '2.5.29.30';

/** Distinguished encoding (X.690 §8.1): a tag, a length, what is inside. */
function encode(tag: number, ...inside: Buffer[]): Buffer {
  const content = Buffer.concat(inside);
  const { length } = content;
  const header =
    length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(header), content]);
}

const sequence = 0x30;
const [permitted, excluded] = [0xa0, 0xa1];
const [dnsName, ipAddress] = [0x82, 0x87];
const subtree = (tag: number, base: Buffer): Buffer => encode(sequence, encode(tag, base));

/**
 * Only these DNS names and those below them, and no address at all (RFC 5280 §4.2.1.10; an address range is the address and
 * its mask, so zeros are all of them). Critical, as it must be. Null where any name is permitted.
 */
export function constrainNames(names: readonly string[]): x509.Extension | null {
  if (names.length === 0) return null;
  const value = encode(
    sequence,
    encode(permitted, ...names.map((name) => subtree(dnsName, Buffer.from(name, 'latin1')))),
    encode(excluded, subtree(ipAddress, Buffer.alloc(8)), subtree(ipAddress, Buffer.alloc(32))),
  );
  return new x509.Extension(nameConstraints, true, value);
}
