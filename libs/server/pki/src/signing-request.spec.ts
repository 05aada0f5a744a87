import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { generatePrivateKey, nameKey } from './keys.js';
import { makeSigningRequest, readSigningRequest } from './signing-request.js';

describe('a signing request', () => {
  it.each(['ecdsa-p256', 'rsa-2048'] as const)('is read by OpenSSL: %s', async (type) => {
    const key = await generatePrivateKey(type);
    expect(nameKey(createPrivateKey(key))).toBe(type);
    const request = await makeSigningRequest(key, ['shop.example', '*.shop.example', '2001:db8::7']);
    const text = execFileSync('openssl', ['req', '-verify', '-noout', '-text'], {
      input: request,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    expect(text).toContain('DNS:shop.example, DNS:*.shop.example, IP Address:2001:DB8:0:0:0:0:0:7');
    expect(text).toMatch(type === 'rsa-2048' ? /sha256WithRSAEncryption/ : /ecdsa-with-SHA256/);
    expect((await readSigningRequest(request))?.names.slice(0, 2)).toEqual(['shop.example', '*.shop.example']);
  });

  it('is refused when its signature is not that of its key', async () => {
    const request = await makeSigningRequest(await generatePrivateKey('ecdsa-p256'), ['shop.example']);
    const lines = request.trim().split('\n');
    const bytes = Buffer.from(lines.slice(1, -1).join(''), 'base64');
    const last = bytes.length - 1;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(await readSigningRequest(changed)).toBeNull();
  });
});
