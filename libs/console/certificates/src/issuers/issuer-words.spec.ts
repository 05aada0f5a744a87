import type { Issuer } from '@lockstep/contract';
import { authorities } from './authorities';
import { issuerAdvice } from './issuer-words';

const acme = (directoryUrl: string, kind: 'http-01' | 'dns-01'): Issuer =>
  ({ kind: 'acme', acme: { directoryUrl, challenge: { kind } } }) as Issuer;
const publicUrl = authorities[0]?.directoryUrl ?? '';
const ownUrl = 'https://ca.internal/acme/directory';

describe('what is said about an issuer and the names', () => {
  it.each([
    ['a wildcard without DNS', acme(publicUrl, 'http-01'), ['*.example.net'], /proved by DNS alone/],
    ['an address by DNS', acme(ownUrl, 'dns-01'), ['192.0.2.7'], /never proved by DNS/],
    ['an internal name at a public authority', acme(publicUrl, 'dns-01'), ['nas.lan'], /no public name/],
    ['a bare name at a public authority', acme(publicUrl, 'http-01'), ['nas'], /no public name/],
    ['an authority whose requests are carried', { kind: 'manual', acme: null } as Issuer, ['a.net'], /by itself/],
  ])('warns of %s', (_, issuer, names, words) => expect(issuerAdvice(issuer, names)).toMatch(words));

  it.each([
    ['an internal name at an authority of one’s own', acme(ownUrl, 'http-01'), ['nas.lan']],
    ['a wildcard with DNS', acme(publicUrl, 'dns-01'), ['example.net', '*.example.net']],
    ['the internal authority', { kind: 'internal', acme: null } as Issuer, ['*.lan', '10.0.0.7']],
  ])('says nothing about %s', (_, issuer, names) => expect(issuerAdvice(issuer, names)).toBeNull());
});
