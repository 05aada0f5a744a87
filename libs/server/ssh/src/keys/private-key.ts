import ssh2, { type ParsedKey } from 'ssh2';
import { fingerprintOf } from './fingerprint.js';
import { writeOpenSshPrivateKey } from './openssh-private-key.js';
import { isPem, readPem } from './pem.js';
import { isPpk, readPpk } from './ppk.js';
import { PrivateKeyError, damaged, passphraseMissing, passphraseWrong, unsupportedKey } from './private-key-error.js';
import { WireReader } from './wire.js';

export interface ReadablePrivateKey {
  /** For example ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa. */
  readonly algorithm: string;
  /** Of its public half, as `ssh-keygen -lf` prints it. */
  readonly fingerprint: string;
  /** Decrypted; ready for `LoginAttempt`. */
  readonly key: ParsedKey;
}

const supported = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))$/;

/**
 * Reads a private key in OpenSSH, PEM (PKCS#1, SEC 1, PKCS#8) or PuTTY form (PPK 2 and 3).
 * Throws PrivateKeyError that says what was pasted instead, or that the passphrase is missing or wrong.
 */
export function readPrivateKey(text: string, passphrase?: string): ReadablePrivateKey {
  const plain = `${text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .trim()}\n`;
  refuseOthers(plain);
  const secret = passphrase === '' ? undefined : passphrase;
  if (isPpk(plain)) return describe(parse(writeOpenSshPrivateKey(readPpk(plain, secret))));
  if (isPem(plain)) return describe(parse(writeOpenSshPrivateKey(readPem(plain, secret))));
  if (plain.startsWith('-----BEGIN OPENSSH PRIVATE KEY-----')) return readOpenSsh(plain, secret);
  throw new PrivateKeyError('unreadable', 'This is not a private key in OpenSSH, PEM or PuTTY form.');
}

function refuseOthers(text: string): void {
  if (/^(?:ssh-|ecdsa-|sk-)\S+ AAAA|^-{4,5} ?BEGIN (?:SSH2 |RSA |EC )?PUBLIC KEY/.test(text)) {
    throw new PrivateKeyError('public_key', 'This is the public key; paste the private one (the file without .pub).');
  }
  if (text.startsWith('-----BEGIN CERTIFICATE')) {
    throw new PrivateKeyError('unreadable', 'This is a certificate; paste the SSH private key.');
  }
  if (text.startsWith('-----BEGIN DSA')) throw unsupportedKey('A DSA key');
}

function readOpenSsh(text: string, passphrase: string | undefined): ReadablePrivateKey {
  const { cipher, type } = readOpenSshHeader(text);
  if (!supported.test(type)) throw unsupportedKey(`A key of type ${type}`);
  const encrypted = cipher !== 'none';
  if (encrypted && passphrase === undefined) throw passphraseMissing();
  try {
    return describe(parse(text, encrypted ? passphrase : undefined));
  } catch (error) {
    throw encrypted ? passphraseWrong(error) : error;
  }
}

/** The part of an OpenSSH key that is never encrypted (openssh PROTOCOL.key). */
function readOpenSshHeader(text: string): { cipher: string; type: string } {
  const magic = 'openssh-key-v1\0';
  const bytes = Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64');
  try {
    if (bytes.toString('latin1', 0, magic.length) !== magic) throw damaged();
    const header = new WireReader(bytes.subarray(magic.length));
    const cipher = header.string().toString('latin1');
    header.string();
    const optionsLength = header.string().length;
    const countAt =
      magic.length + 4 * 3 + cipher.length + bytes.readUInt32BE(magic.length + 4 + cipher.length) + optionsLength;
    const publicBlob = new WireReader(bytes.subarray(countAt + 4)).string();
    return { cipher, type: new WireReader(publicBlob).string().toString('latin1') };
  } catch (cause) {
    throw damaged(cause);
  }
}

function parse(text: string, passphrase?: string): ParsedKey {
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
  if (parsed instanceof Error) throw damaged(parsed);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key?.isPrivateKey()) throw damaged();
  return key;
}

const describe = (key: ParsedKey): ReadablePrivateKey => ({
  algorithm: key.type,
  fingerprint: fingerprintOf(key.getPublicSSH()),
  key,
});
