import { certificateOf, targetOf, versionOf } from '../certificate.testing';
import { describeCertificate } from './certificate-words';
import { problemsOf, renewalSentence } from './renewal-sentence';

const at = (time: string) => Date.parse(time);

describe('describeCertificate', () => {
  it('tells by word and look how long a certificate still lasts', () => {
    const certificate = certificateOf();
    expect(describeCertificate(certificate, at('2026-11-10T00:00:00Z'))).toMatchObject({
      tone: 'completed',
      word: '21 days left',
    });
    expect(describeCertificate(certificate, at('2026-11-29T23:00:00Z'))).toMatchObject({
      tone: 'waiting',
      word: '1 day left',
    });
    expect(describeCertificate(certificate, at('2026-11-30T18:30:00Z'))).toMatchObject({ word: '5 h left' });
    expect(describeCertificate(certificate, at('2026-12-04T00:00:00Z'))).toMatchObject({
      tone: 'failed',
      word: 'Expired 3 days ago',
    });
    const nowhere = { version: null, inUse: null, status: 'not_issued' } as const;
    expect(describeCertificate(certificateOf(nowhere), 0).word).toBe('Not issued yet');
    const issued = certificateOf({ inUse: null, status: 'not_deployed' });
    expect(describeCertificate(issued, 0)).toMatchObject({ tone: 'waiting', word: 'Not deployed yet' });
  });

  it('tells of what is in use, whatever was issued since', () => {
    const inUse = versionOf({ number: 2, notAfter: '2026-11-12T00:00:00.000Z' });
    expect(describeCertificate(certificateOf({ inUse }), at('2026-11-10T00:00:00Z')).word).toBe('2 days left');
  });
});

describe('renewalSentence', () => {
  it.each([
    ['2026-11-10T00:00:00Z', {}, /^Issued 9 days ago; not due before .*20/],
    ['2026-11-10T00:00:00Z', { autoRenew: false }, /by hand from .*20/],
    ['2026-11-21T00:00:00Z', {}, /^Due since .*20.* and not renewed since/],
    ['2026-11-21T00:00:00Z', { autoRenew: false }, /automatic renewal is off/],
    ['2026-12-04T00:00:00Z', {}, /^Not renewed before it expired, although it was due/],
    ['2026-12-04T00:00:00Z', { version: null, inUse: null }, /first renewal/],
    ['2026-11-10T00:00:00Z', { inUse: null }, /^Version 3 was issued .* has arrived nowhere/],
  ])('says at %s with %p what matters', (now, change, sentence) => {
    expect(renewalSentence(certificateOf(change), at(now))).toMatch(sentence);
  });
});

describe('problemsOf', () => {
  it('finds nothing where the newest version is everywhere', () => {
    expect(problemsOf(certificateOf())).toEqual([]);
  });

  it('names what the newest version lacks and the hosts where it has not arrived', () => {
    const found = problemsOf(
      certificateOf({
        domains: ['shop.example', 'www.shop.example'],
        version: versionOf({ keyType: 'rsa-2048' }),
        targets: [targetOf(), targetOf({ connectionName: 'web-2', deployedVersion: 2 })],
      }),
    );
    expect(found).toHaveLength(3);
    expect(found.join(' ')).toMatch(/www\.shop\.example.*key type.*web-2/);
    expect(problemsOf(certificateOf({ version: null, targets: [] }))).toEqual(['It is deployed nowhere.']);
  });
});
