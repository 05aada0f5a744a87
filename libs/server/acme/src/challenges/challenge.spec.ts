import type { Authorization } from 'acme-client';
import { chooseProof, toChallenge } from './challenge.js';

const authorization = (token: string, changed: Partial<Authorization> = {}): Authorization => ({
  url: 'https://ca.test/authz/1',
  identifier: { type: 'dns', value: 'example.test' },
  status: 'pending',
  challenges: [
    { type: 'http-01', url: 'https://ca.test/chall/1', status: 'pending', token },
    { type: 'dns-01', url: 'https://ca.test/chall/2', status: 'pending', token },
  ],
  ...changed,
});

describe('challenges', () => {
  it('say where to publish', () => {
    const place = (kind: 'http-01' | 'dns-01') => toChallenge(chooseProof(authorization('abc-_9'), kind), 'content');
    expect(place('http-01')).toMatchObject({ location: '/.well-known/acme-challenge/abc-_9', content: 'content' });
    expect(place('dns-01')).toMatchObject({ location: '_acme-challenge.example.test', identifier: 'example.test' });
  });

  it.each(['../../etc/passwd', 'a/b', '', 'a b', 'x'.repeat(201)])('with the token "%s" are refused', (token) => {
    expect(() => toChallenge(chooseProof(authorization(token), 'http-01'), '')).toThrow('a token that is none');
  });

  it.each(['invalid', 'expired', 'revoked', 'deactivated'] as const)(
    'of an authorization that is %s fail',
    (status) => {
      const ended = authorization('abc', { status, wildcard: true });
      expect(() => chooseProof(ended, 'dns-01')).toThrow(`The authorization of *.example.test is ${status}.`);
    },
  );
});
