import type { Issuer } from '@lockstep/contract';
import { authorities } from './authorities';
import { issuerAdvice } from './issuer-words';

const acme = (directoryUrl: string, kind: 'http-01' | 'dns-01'): Issuer =>
  ({ kind: 'acme', acme: { directoryUrl, challenge: { kind } } }) as Issuer;
const manual = { kind: 'manual', acme: null } as Issuer;
const publicUrl = authorities[0]?.directoryUrl ?? '';
const ownUrl = 'https://ca.internal/acme/directory';

describe('what is said about an issuer and the names', () => {
  it.each([
    {
      what: 'a wildcard without DNS',
      issuer: acme(publicUrl, 'http-01'),
      name: '*.example.net',
      words: /by DNS alone/,
    },
    { what: 'an address by DNS', issuer: acme(ownUrl, 'dns-01'), name: '192.0.2.7', words: /never proved by DNS/ },
    { what: 'an internal name', issuer: acme(publicUrl, 'dns-01'), name: 'nas.lan', words: /no public name/ },
    { what: 'a bare name', issuer: acme(publicUrl, 'http-01'), name: 'nas', words: /no public name/ },
    { what: 'requests that are carried', issuer: manual, name: 'a.net', words: /by itself/ },
  ])('warns of $what', ({ issuer, name, words }) => expect(issuerAdvice(issuer, [name])).toMatch(words));

  it.each([
    ['an internal name at an authority of one’s own', acme(ownUrl, 'http-01'), ['nas.lan']],
    ['a wildcard with DNS', acme(publicUrl, 'dns-01'), ['example.net', '*.example.net']],
    ['the internal authority', { kind: 'internal', acme: null } as Issuer, ['*.lan', '10.0.0.7']],
  ])('says nothing about %s', (_, issuer, names) => expect(issuerAdvice(issuer, names)).toBeNull());
});
