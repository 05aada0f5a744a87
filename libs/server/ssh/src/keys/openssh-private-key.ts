import { wireMpint, wireString } from './wire.js';

/** The numbers of a private key, big-endian. */
export type PrivateKeyParts =
  | {
      readonly type: 'ssh-rsa';
      readonly n: Buffer;
      readonly e: Buffer;
      readonly d: Buffer;
      readonly iqmp: Buffer;
      readonly p: Buffer;
      readonly q: Buffer;
    }
  | { readonly type: 'ssh-ed25519'; readonly publicKey: Buffer; readonly seed: Buffer }
  | { readonly type: `ecdsa-sha2-${string}`; readonly curve: string; readonly point: Buffer; readonly d: Buffer };

/**
 * Writes an unencrypted OpenSSH private key (openssh PROTOCOL.key), in memory only: the one form that ssh2 reads for
 * every algorithm, so PPK and PKCS#8 keys are turned into it.
 */
export function writeOpenSshPrivateKey(parts: PrivateKeyParts): string {
  const check = Buffer.from('lock', 'latin1');
  const body = Buffer.concat([check, check, privateFields(parts), wireString('')]);
  const padding = Buffer.from(Array.from({ length: (8 - (body.length % 8)) % 8 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    wireString('none'),
    wireString('none'),
    wireString(''),
    one,
    wireString(publicBlob(parts)),
    wireString(Buffer.concat([body, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

function publicBlob(parts: PrivateKeyParts): Buffer {
  switch (parts.type) {
    case 'ssh-rsa':
      return Buffer.concat([wireString(parts.type), wireMpint(parts.e), wireMpint(parts.n)]);
    case 'ssh-ed25519':
      return Buffer.concat([wireString(parts.type), wireString(parts.publicKey)]);
    default:
      return Buffer.concat([wireString(parts.type), wireString(parts.curve), wireString(parts.point)]);
  }
}

function privateFields(parts: PrivateKeyParts): Buffer {
  const type = wireString(parts.type);
  switch (parts.type) {
    case 'ssh-rsa': {
      const { n, e, d, iqmp, p, q } = parts;
      return Buffer.concat([type, ...[n, e, d, iqmp, p, q].map(wireMpint)]);
    }
    case 'ssh-ed25519':
      return Buffer.concat([
        type,
        wireString(parts.publicKey),
        wireString(Buffer.concat([parts.seed, parts.publicKey])),
      ]);
    default:
      return Buffer.concat([type, wireString(parts.curve), wireString(parts.point), wireMpint(parts.d)]);
  }
}
