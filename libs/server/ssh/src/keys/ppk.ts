import { argon2Sync, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { PrivateKeyParts } from './openssh-private-key.js';
import { damaged, passphraseMissing, passphraseWrong, unsupportedKey } from './private-key-error.js';
import { WireReader, wireString } from './wire.js';

/** PuTTY's key file, versions 2 and 3 (PuTTY manual, appendix C). */
interface PpkFile {
  readonly version: 2 | 3;
  readonly algorithm: string;
  readonly encryption: string;
  readonly comment: string;
  readonly publicBlob: Buffer;
  readonly privateBlob: Buffer;
  readonly mac: Buffer;
  readonly headers: ReadonlyMap<string, string>;
}

interface PpkSecrets {
  readonly cipherKey: Buffer;
  readonly iv: Buffer;
  readonly macKey: Buffer;
}

/** Memory that a key file may ask Argon2 for, in KiB: PuTTY's own default is 8 MiB. */
const maximumArgonMemory = 262_144;

export const isPpk = (text: string): boolean => text.startsWith('PuTTY-User-Key-File-');

/** Reads a PPK key. Throws PrivateKeyError. `text` has newlines as \n. */
export function readPpk(text: string, passphrase: string | undefined): PrivateKeyParts {
  const file = parseFile(text);
  const encrypted = file.encryption !== 'none';
  if (encrypted && file.encryption !== 'aes256-cbc') throw unsupportedKey(`Encryption ${file.encryption}`);
  if (encrypted && passphrase === undefined) throw passphraseMissing();
  const secrets = deriveSecrets(file, encrypted ? (passphrase ?? '') : '');
  const plain = encrypted ? decrypt(file.privateBlob, secrets) : file.privateBlob;
  if (!macFits(file, { plain, macKey: secrets.macKey })) throw encrypted ? passphraseWrong() : damaged();
  return partsOf(file, plain);
}

function parseFile(text: string): PpkFile {
  const lines = text.split('\n');
  const headers = new Map<string, string>();
  const blobs = new Map<string, Buffer>();
  for (let index = 0; index < lines.length; index += 1) {
    const [name = '', value = ''] = splitHeader(lines[index] ?? '');
    if (name === 'Public-Lines' || name === 'Private-Lines') {
      const count = Math.min(Number(value) || 0, 1_000);
      blobs.set(name, Buffer.from(lines.slice(index + 1, index + 1 + count).join(''), 'base64'));
      index += count;
    } else headers.set(name, value);
  }
  const [first = '', algorithm = ''] = splitHeader(lines[0] ?? '');
  const version = Number(first.slice('PuTTY-User-Key-File-'.length));
  if (version !== 2 && version !== 3) throw unsupportedKey(`PuTTY key file version ${String(version)}`);
  const publicBlob = blobs.get('Public-Lines');
  const privateBlob = blobs.get('Private-Lines');
  if (!publicBlob || !privateBlob) throw damaged();
  const mac = Buffer.from(headers.get('Private-MAC') ?? '', 'hex');
  const encryption = headers.get('Encryption') ?? 'none';
  return {
    version,
    algorithm,
    encryption,
    comment: headers.get('Comment') ?? '',
    publicBlob,
    privateBlob,
    mac,
    headers,
  };
}

const splitHeader = (line: string): [string, string] => {
  const at = line.indexOf(':');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).trim()];
};

function deriveSecrets(file: PpkFile, passphrase: string): PpkSecrets {
  const secret = Buffer.from(passphrase, 'utf8');
  if (file.version === 2) {
    const sha1 = (...parts: (Buffer | string)[]): Buffer => {
      const hash = createHash('sha1');
      for (const part of parts) hash.update(part);
      return hash.digest();
    };
    const cipherKey = Buffer.concat([sha1(Buffer.from([0, 0, 0, 0]), secret), sha1(Buffer.from([0, 0, 0, 1]), secret)]);
    return {
      cipherKey: cipherKey.subarray(0, 32),
      iv: Buffer.alloc(16),
      macKey: sha1('putty-private-key-file-mac-key', secret),
    };
  }
  if (file.encryption === 'none') return { cipherKey: Buffer.alloc(0), iv: Buffer.alloc(0), macKey: Buffer.alloc(0) };
  const derived = deriveArgon(file.headers, secret);
  return { cipherKey: derived.subarray(0, 32), iv: derived.subarray(32, 48), macKey: derived.subarray(48, 80) };
}

function deriveArgon(headers: ReadonlyMap<string, string>, message: Buffer): Buffer {
  const algorithm = (headers.get('Key-Derivation') ?? '').toLowerCase();
  if (algorithm !== 'argon2id' && algorithm !== 'argon2i' && algorithm !== 'argon2d') {
    throw unsupportedKey(`Key derivation ${algorithm || 'of this file'}`);
  }
  const memory = Number(headers.get('Argon2-Memory'));
  const passes = Number(headers.get('Argon2-Passes'));
  const parallelism = Number(headers.get('Argon2-Parallelism'));
  if (
    !(memory > 0 && memory <= maximumArgonMemory) ||
    !(passes > 0 && passes <= 100) ||
    !(parallelism > 0 && parallelism <= 16)
  ) {
    throw unsupportedKey('This much work to open a key file');
  }
  try {
    const nonce = Buffer.from(headers.get('Argon2-Salt') ?? '', 'hex');
    return argon2Sync(algorithm, { message, nonce, memory, passes, parallelism, tagLength: 80 });
  } catch (cause) {
    throw damaged(cause);
  }
}

function decrypt(blob: Buffer, { cipherKey, iv }: PpkSecrets): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv).setAutoPadding(false);
    return Buffer.concat([decipher.update(blob), decipher.final()]);
  } catch (cause) {
    throw damaged(cause);
  }
}

function macFits(file: PpkFile, secret: { plain: Buffer; macKey: Buffer }): boolean {
  const fields = [file.algorithm, file.encryption, Buffer.from(file.comment, 'utf8'), file.publicBlob, secret.plain];
  const expected = createHmac(file.version === 2 ? 'sha1' : 'sha256', secret.macKey)
    .update(Buffer.concat(fields.map(wireString)))
    .digest();
  return expected.length === file.mac.length && timingSafeEqual(expected, file.mac);
}

function partsOf({ algorithm, publicBlob }: PpkFile, plain: Buffer): PrivateKeyParts {
  const isEcdsa = /^ecdsa-sha2-nistp(?:256|384|521)$/.test(algorithm);
  if (algorithm !== 'ssh-rsa' && algorithm !== 'ssh-ed25519' && !isEcdsa)
    throw unsupportedKey(`A key of type ${algorithm}`);
  try {
    const open = new WireReader(publicBlob);
    const closed = new WireReader(plain);
    open.string();
    if (algorithm === 'ssh-rsa') {
      const [e, n] = [open.string(), open.string()];
      const [d, p, q, iqmp] = [closed.string(), closed.string(), closed.string(), closed.string()];
      return { type: algorithm, n, e, d, p, q, iqmp };
    }
    if (algorithm === 'ssh-ed25519') return { type: algorithm, publicKey: open.string(), seed: closed.string() };
    const curve = open.string().toString('latin1');
    return { type: algorithm as `ecdsa-sha2-${string}`, curve, point: open.string(), d: closed.string() };
  } catch (cause) {
    throw damaged(cause);
  }
}
