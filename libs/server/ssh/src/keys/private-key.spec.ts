import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrivateKeyError } from './private-key-error.js';
import { readPrivateKey } from './private-key.js';

/** Made by puttygen 0.78 for these tests, with the fingerprints it printed; those called locked have a passphrase. */
const puttyExamples: readonly (readonly [string, string, string])[] = [
  ['v2-ecdsa', 'ecdsa-sha2-nistp256', 'SHA256:kM++3L2CTJl9su+Syv6bK3FJG76JI+V5i5B0i8pegQM'],
  ['v2-ed25519-locked', 'ssh-ed25519', 'SHA256:4IivDDSxQHEvoTTbA91KR5/ruVB6EYl5NCuXACx1V4g'],
  ['v2-rsa-locked', 'ssh-rsa', 'SHA256:ddRSw27rH1uIO6CMFCc1NO0Zx/bspV7JK4+Dj/xCs9E'],
  ['v2-rsa', 'ssh-rsa', 'SHA256:CpJHe2FNumq0eV5HG0Z7RYf8yUKrQbxrA92vfZxj0KY'],
  ['v3-ecdsa-locked', 'ecdsa-sha2-nistp384', 'SHA256:FpS/S2LsDMfUw1BuA46z109B9FOdoKg55dAaAR48rPA'],
  ['v3-ed25519-locked', 'ssh-ed25519', 'SHA256:NvWFY3z9r2HCysostop5l8UpWX98WXY24xLgX7w7gm0'],
  ['v3-ed25519', 'ssh-ed25519', 'SHA256:C/nLNxkd/NgP84q/Jo8S5c3bOaXFAmxZTck6pgmv0gM'],
  ['v3-rsa-locked', 'ssh-rsa', 'SHA256:IYZDTumQGfiZbUiHfYZBeYM8HUUFSaYCIPu294rnGzs'],
];
const puttyExample = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'putty-examples', `${name}.ppk`), 'utf8');

const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

const problemOf = (text: string, passphrase?: string): string => {
  try {
    readPrivateKey(text, passphrase);
  } catch (error) {
    if (error instanceof PrivateKeyError) return error.problem;
    throw error;
  }
  return 'none';
};

describe('reading a private key', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lockstep-keys-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const generate = (name: string, ...args: string[]): { text: string; fingerprint: string } => {
    const path = join(folder, name);
    run('ssh-keygen', '-q', '-f', path, '-C', 'someone@example', ...args);
    return {
      text: readFileSync(path, 'utf8'),
      fingerprint: run('ssh-keygen', '-lf', `${path}.pub`).split(' ')[1] ?? '',
    };
  };

  it.each([
    ['ed25519', 'ssh-ed25519', ['-t', 'ed25519']],
    ['ecdsa', 'ecdsa-sha2-nistp256', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa521', 'ecdsa-sha2-nistp521', ['-t', 'ecdsa', '-b', '521']],
    ['rsa', 'ssh-rsa', ['-t', 'rsa', '-b', '2048']],
  ])('reads an OpenSSH key of type %s and gives the fingerprint that ssh-keygen gives', (name, algorithm, args) => {
    const { text, fingerprint } = generate(name, '-N', '', ...args);
    expect(readPrivateKey(text)).toMatchObject({ algorithm, fingerprint });
  });

  it.each([
    ['rsa-pkcs1', 'ssh-rsa', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['ec-sec1', 'ecdsa-sha2-nistp384', ['-t', 'ecdsa', '-b', '384', '-m', 'PEM']],
    ['rsa-pkcs8', 'ssh-rsa', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
  ])('reads PEM %s, in clear and with a passphrase', (name, algorithm, args) => {
    const clear = generate(name, '-N', '', ...args);
    expect(readPrivateKey(clear.text)).toMatchObject({ algorithm, fingerprint: clear.fingerprint });
    const locked = generate(`${name}-locked`, '-N', 'open sesame', ...args);
    expect(readPrivateKey(locked.text, 'open sesame')).toMatchObject({ algorithm, fingerprint: locked.fingerprint });
    expect(problemOf(locked.text)).toBe('passphrase_missing');
    expect(problemOf(locked.text, 'wrong')).toBe('passphrase_wrong');
  });

  it('reads an Ed25519 key in PKCS#8', () => {
    const { privateKey } = generateKeyPairSync('ed25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const { key } = readPrivateKey(privateKey);
    expect(key.verify('text', key.sign('text'))).toBe(true);
  });

  it('tells a missing passphrase from a wrong one', () => {
    const { text, fingerprint } = generate('locked', '-t', 'ed25519', '-N', 'open sesame');
    expect(readPrivateKey(text, 'open sesame').fingerprint).toBe(fingerprint);
    expect(problemOf(text)).toBe('passphrase_missing');
    expect(problemOf(text, '')).toBe('passphrase_missing');
    expect(problemOf(text, 'wrong')).toBe('passphrase_wrong');
  });

  it.each(puttyExamples)('reads PuTTY’s %s and signs with it', (name, algorithm, fingerprint) => {
    const text = puttyExample(name);
    const passphrase = name.endsWith('locked') ? 'open sesame' : undefined;
    const read = readPrivateKey(text.replaceAll('\n', '\r\n'), passphrase);
    expect(read).toMatchObject({ algorithm, fingerprint });
    expect(read.key.verify('text', read.key.sign('text'))).toBe(true);
    if (passphrase === undefined) return;
    expect(problemOf(text)).toBe('passphrase_missing');
    expect(problemOf(text, 'wrong')).toBe('passphrase_wrong');
  });

  it.each(['v2-rsa', 'v3-ed25519'])('notices that %s was changed', (name) => {
    expect(problemOf(puttyExample(name).replace('Comment: ', 'Comment: x'))).toBe('unreadable');
  });

  it('says so when the public key was pasted', () => {
    generate('pair', '-t', 'ed25519', '-N', '');
    expect(problemOf(readFileSync(join(folder, 'pair.pub'), 'utf8'))).toBe('public_key');
    expect(problemOf('---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----')).toBe('public_key');
  });

  it('says so when a key is of a kind that is not supported', () => {
    const { privateKey } = generateKeyPairSync('x25519', {
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    expect(problemOf(privateKey)).toBe('unsupported');
    expect(problemOf('-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----')).toBe('unsupported');
  });

  it.each([
    '',
    'hello',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
    '-----BEGIN CERTIFICATE-----',
  ])('refuses what is no key at all: %j', (text) => expect(problemOf(text)).toBe('unreadable'));

  it('reads a key with a byte order mark, Windows line ends and blanks around it', () => {
    const { text, fingerprint } = generate('windows', '-t', 'ed25519', '-N', '');
    expect(readPrivateKey(`\uFEFF\r\n${text.replaceAll('\n', '\r\n')}\r\n `).fingerprint).toBe(fingerprint);
  });
});
