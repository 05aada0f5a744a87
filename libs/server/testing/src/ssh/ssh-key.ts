import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../process/run.js';

/** A key pair made by OpenSSH itself. */
export interface SshKeyPair {
  /** In OpenSSH's own format, or PEM where asked for. */
  privateKey: string;
  /** One `authorized_keys` line without a comment. */
  publicKey: string;
  /** For example `SHA256:…`. */
  fingerprint: string;
}

/** What `ssh-keygen` is told. */
export interface SshKeyOptions {
  type?: 'ed25519' | 'rsa' | 'ecdsa';
  passphrase?: string;
  /** `PEM` gives the old format of RSA and ECDSA keys. */
  format?: 'RFC4716' | 'PEM' | 'PKCS8';
}

/** Makes a key pair by `ssh-keygen`. */
export async function generateSshKey(options: SshKeyOptions = {}): Promise<SshKeyPair> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-key-'));
  const file = join(directory, 'key');
  try {
    const { type = 'ed25519', passphrase = '', format = 'RFC4716' } = options;
    await run(['ssh-keygen', '-q', '-t', type, '-m', format, '-N', passphrase, '-C', '', '-f', file]);
    const [privateKey, publicKey, described] = await Promise.all([
      readFile(file, 'utf8'),
      readFile(`${file}.pub`, 'utf8'),
      run(['ssh-keygen', '-lf', `${file}.pub`]),
    ]);
    return { privateKey, publicKey: publicKey.trim(), fingerprint: described.split(' ')[1] ?? '' };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
