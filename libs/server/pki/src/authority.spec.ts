import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, issueCertificate, makeAuthority } from './authority.js';
import { factsOf } from './facts.js';
import { generatePrivateKey, keyFits } from './keys.js';
import { PkiError, readCertificates } from './pem.js';
import { findProblems } from './problems.js';
import { makeSigningRequest } from './signing-request.js';

describe('an authority of our own', () => {
  const at = new Date();
  let folder: string;
  let authority: Authority;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lockstep-pki-'));
    authority = await makeAuthority({ name: 'Lab', permittedNames: ['lab.example', 'test'], at });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const issue = async (names: string[], days = 7): Promise<{ leaf: string; key: string }> => {
    const key = await generatePrivateKey('ecdsa-p256');
    const request = await makeSigningRequest(key, names);
    return { leaf: await issueCertificate({ authority, request, names, days, at }), key };
  };
  /** What OpenSSL says to the chain; empty: it is content. */
  const objection = (leaf: string, name: string): string => {
    for (const [file, text] of Object.entries({ leaf, root: authority.root, issuing: authority.issuing }))
      writeFileSync(join(folder, file), text);
    try {
      const parameters = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', name];
      execFileSync('openssl', ['verify', ...parameters, '-CAfile', 'root', '-untrusted', 'issuing', 'leaf'], {
        cwd: folder,
        stdio: 'pipe',
      });
      return '';
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
  };

  it('signs what OpenSSL accepts strictly', async () => {
    const { leaf, key } = await issue(['shop.lab.example', '*.lab.example']);
    expect(objection(leaf, 'shop.lab.example')).toBe('');
    expect(objection(leaf, 'any.lab.example')).toBe('');
    const [certificate] = readCertificates(leaf);
    expect(keyFits(certificate, key)).toBe(true);
    const [issuing] = readCertificates(authority.issuing);
    const roots = readCertificates(authority.root);
    expect(findProblems([certificate, issuing], { names: ['shop.lab.example'], at, roots })).toEqual([]);
    const { notBefore, notAfter } = factsOf(certificate);
    expect(Math.round((Date.parse(notAfter) - at.getTime()) / 86_400_000)).toBe(7);
    expect(Date.parse(notBefore)).toBeLessThan(at.getTime());
  });

  it('is held to its names by clients, should it ever sign for others', async () => {
    expect(objection((await issue(['shop.example'])).leaf, 'shop.example')).toContain('permitted subtree violation');
    expect(objection((await issue(['a.test', '192.0.2.7'])).leaf, 'a.test')).toContain('excluded subtree violation');
  });

  it('signs for nobody but the owner of the key and for no other names', async () => {
    const request = await makeSigningRequest(await generatePrivateKey('rsa-2048'), ['a.test']);
    const ask = (names: string[]): Promise<string> => issueCertificate({ authority, request, names, days: 1, at });
    await expect(ask(['a.test', 'b.test'])).rejects.toThrow(PkiError);
    expect(objection(await ask(['a.test']), 'a.test')).toBe('');
  });

  it('signs for no longer than it lives itself', async () => {
    const [issuing] = readCertificates(authority.issuing);
    const [certificate] = readCertificates((await issue(['a.test'], 100_000)).leaf);
    expect(certificate.validToDate).toEqual(issuing.validToDate);
  });
});
