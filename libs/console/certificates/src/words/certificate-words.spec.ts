import type { Certificate, RenewalAttempt, RenewalState } from '@lockstep/contract';
import { certificateOf, renewalStateOf, targetOf, versionOf } from '../certificate.testing';
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
    expect(describeCertificate(certificate, at('2026-11-30T23:20:30Z'))).toMatchObject({ word: '39 min left' });
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

const failed: RenewalAttempt = {
  operationId: '019aa000-0000-7000-8000-000000000000',
  status: 'failed',
  endedAt: '2026-11-21T00:00:00.000Z',
  createdBy: 'auto',
  actorName: 'Automatic renewal',
  error: 'nginx -t failed.',
};
const renewed: RenewalAttempt = { ...failed, status: 'completed', error: null };
const none = { nextAttemptAt: null } as const;

describe('describeCertificate of what is in trouble', () => {
  const now = at('2026-11-10T00:00:00Z');
  it.each([
    ['expired', 'failed', 'Expired one served, 21 days left'],
    ['unreachable', 'failed', 'Not reached, 21 days left'],
    ['wrongly_served', 'failed', 'Served wrongly, 21 days left'],
    ['renewal_failing', 'waiting', 'Renewal failing, 21 days left'],
    ['awaits_approval', 'waiting', 'Key to approve, 21 days left'],
    ['due', 'waiting', '21 days left'],
  ] as const)('says of what is %s why it is where it is', (status, tone, word) => {
    expect(describeCertificate(certificateOf({ status }), now)).toMatchObject({ tone, word });
  });

  it('tells of one that was never deployed too, and that it has expired before anything else', () => {
    expect(describeCertificate(certificateOf({ status: 'renewal_failing', inUse: null }), now).word).toBe(
      'Renewal failing',
    );
    const later = at('2026-12-04T00:00:00Z');
    expect(describeCertificate(certificateOf({ status: 'unreachable' }), later).word).toBe('Expired 3 days ago');
  });
});

describe('renewalSentence', () => {
  it.each<[string, Partial<RenewalState>, Partial<Certificate>, RegExp]>([
    ['2026-11-10', {}, {}, /^Issued 9 days ago\. Waits until .*20.*: a third of its lifetime is left then\.$/],
    ['2026-11-22', { lastAttempt: renewed }, {}, /^Renewed by itself yesterday|^Renewed by itself 1 day ago/],
    ['2026-11-22', { lastAttempt: { ...renewed, createdBy: 'user', actorName: 'ada' } }, {}, /^Renewed by ada/],
    ['2026-11-21', { reason: 'due' }, {}, /^Due since .*20.* as soon as its turn comes/],
    [
      '2026-11-21',
      { reason: 'failed', failures: 3, lastAttempt: failed },
      {},
      /failed 3 times in a row; again at .*: nginx -t/,
    ],
    ['2026-11-21', { reason: 'failed', failures: 1 }, {}, /^Its renewal failed; again at [^:]*20[^:]*(:\d\d)?[^:]*\.$/],
    ['2026-11-21', { reason: 'cancelled' }, {}, /cancelled; tried again by itself from/],
    ['2026-11-10', { ...none, reason: 'off' }, {}, /is off: to be renewed by hand from .*20/],
    ['2026-11-21', { ...none, reason: 'off' }, {}, /^Due since .*20.*automatic renewal is off/],
    ['2026-11-21', { ...none, reason: 'by_hand' }, {}, /waits for the signed certificate/],
    ['2026-11-21', { ...none, reason: 'not_begun', dueAt: null }, { version: null }, /first renewal/],
    [
      '2026-11-21',
      { ...none, reason: 'not_begun', dueAt: null, lastAttempt: failed },
      {},
      /^Its first renewal failed: nginx/,
    ],
    [
      '2026-11-21',
      { ...none, reason: 'off', lastAttempt: failed },
      {},
      /^Its last renewal failed: nginx -t failed\. Due since/,
    ],
    [
      '2026-11-21',
      {
        reason: 'failed',
        failures: 2,
        lastAttempt: failed,
        awaitedHostKey: { connectionId: 1, connectionName: 'web-1' },
      },
      { status: 'awaits_approval' },
      /^Waiting: the host key of web-1 is not approved yet\. Once it is, the renewal is tried again by itself\.$/,
    ],
    [
      '2026-11-21',
      { ...none, reason: 'not_begun', lastAttempt: failed },
      { status: 'awaits_approval' },
      /^Waiting: the host key of another host is not approved yet\. Renew again once it is\.$/,
    ],
    ['2026-11-21', { ...none, reason: 'running' }, { status: 'awaits_approval' }, /^It is being renewed now\.$/],
    ['2026-11-21', { ...none, reason: 'no_target' }, {}, /nowhere/],
    ['2026-11-21', { ...none, reason: 'running' }, {}, /now/],
  ])('says on %s with %p what matters', (...[day, renewal, change, sentence]) => {
    const certificate = certificateOf({ ...change, renewal: renewalStateOf(renewal) });
    expect(renewalSentence(certificate, at(`${day}T00:00:00Z`))).toMatch(sentence);
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

  it('tells what the last check saw that was not deployed', () => {
    const endpoint = {
      connectionId: 1,
      host: 'web-1',
      port: 443,
      serverName: 'shop.example',
      fingerprint: null,
      problems: [],
    };
    const found = problemsOf(
      certificateOf({
        served: [
          { ...endpoint, state: 'as_deployed', detail: null },
          { ...endpoint, state: 'other', detail: null },
          { ...endpoint, state: 'unreachable', detail: 'web-1 refused the connection.' },
          {
            ...endpoint,
            state: 'as_deployed',
            detail: null,
            problems: [{ code: 'incomplete_chain', message: 'The certificate of its issuer is not sent.' }],
          },
        ],
      }),
    );
    expect(found).toHaveLength(3);
    expect(found.join(' ')).toMatch(
      /another certificate.*shows none: web-1 refused.*\(shop\.example\): The certificate of its/,
    );
  });
});
