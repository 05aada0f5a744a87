import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { certificateIdentifier, pickMoment, readRenewalInformation } from './renewal-information.js';

async function certificate(serialNumber: string, keyIdentifier?: string): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const made = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: 'CN=leaf',
    issuer: 'CN=Example CA',
    notBefore: new Date(0),
    notAfter: new Date(1),
    publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
    signingKey: privateKey.toCryptoKey(algorithm, true, ['sign']),
    signingAlgorithm: algorithm,
    extensions: keyIdentifier ? [new x509.AuthorityKeyIdentifierExtension(keyIdentifier)] : [],
  });
  return made.toString('pem');
}

describe('renewal information', () => {
  it('names a certificate as the example of RFC 9773 §4.1 does', async () => {
    const example = await certificate('0087654321', '69885b6b87464041e1b37b847ba0ae2cde01c8d4');
    expect(certificateIdentifier(example)).toBe('aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
  });

  it('says that a certificate names no authority', async () => {
    const nameless = await certificate('01');
    expect(() => certificateIdentifier(nameless)).toThrow('does not name the key of its authority');
  });

  it.each([
    ['nothing', {}],
    ['a window of no length', { suggestedWindow: { start: '2027-01-01T00:00:00Z', end: '2027-01-01T00:00:00Z' } }],
    ['no dates', { suggestedWindow: { start: 'soon', end: 'later' } }],
  ])('does not take %s for a window', (_what, document) => {
    expect(() => readRenewalInformation(document, undefined)).toThrow('ends before it begins');
  });

  it('asks again within a day, and not within a minute, whatever the CA says', () => {
    const suggestedWindow = { start: '2027-01-01T00:00:00Z', end: '2027-01-02T00:00:00Z' };
    const after = (milliseconds: number | undefined): number => {
      const at = milliseconds === undefined ? undefined : new Date(Date.now() + milliseconds);
      return Math.round((readRenewalInformation({ suggestedWindow }, at).askAgainAt.getTime() - Date.now()) / 60_000);
    };
    expect([after(0), after(7_200_000), after(900_000_000), after(undefined)]).toEqual([1, 120, 1_440, 360]);
  });

  it('picks a moment inside of the window', () => {
    const window = { start: new Date(1_000), end: new Date(2_000) };
    expect([0, 0.25, 0.999].map((chance) => pickMoment(window, chance).getTime())).toEqual([1_000, 1_250, 1_999]);
    const picked = Array.from({ length: 50 }, () => pickMoment(window).getTime());
    expect(picked.every((time) => time >= 1_000 && time < 2_000)).toBe(true);
    expect(new Set(picked).size).toBeGreaterThan(10);
  });
});
