import type { CertificateCheck } from '@lockstep/contract';
import {
  type LockstepServer,
  type TlsHost,
  startLockstep,
  startTlsHost,
  waitUntil,
  whyNoClockAhead,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { type ApiClient, administratorOf } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { LifetimeSites } from './support/lifetime-sites.js';

const dayMs = 86_400_000;
/** More than a start takes, and far less than a day. */
const aWhileMs = 600_000;
/** Days that each certificate lives. It is renewed when a third is left, and under ten days when half is. */
const lifetimes = { week: 7, month: 30, quarter: 91, season: 130, later: 140, year: 365 };
type Times = Record<keyof typeof lifetimes, number>;
const reason = (await whyNoSystemdHosts()) ?? (await whyNoClockAhead());

/** The clock is really moved, for the server and its Postgres alike. The host keeps the true one: it has only files to serve. */
(reason ? describe.skip : describe)(
  `certificates when time has gone by${reason ? ` (left out: ${reason})` : ''}`,
  () => {
    let server: LockstepServer;
    let place: TlsHost;
    let client: ApiClient;
    let sites: LifetimeSites;

    beforeAll(async () => {
      [server, place] = await Promise.all([startLockstep({ database: 'embedded' }), startTlsHost()]);
      client = await administratorOf(server.url);
      sites = await LifetimeSites.open(client, place, lifetimes);
      await sites.renewAll();
    }, 300_000);
    afterAll(() => endAll(server, place?.host), 60_000);

    const lookedAt = async (): Promise<number> =>
      Date.parse((await client.must<CertificateCheck>('GET', '/certificate-check')).renewalsLookedAt);

    /** Waits for a look of the server's that began after a moment and after every renewal, and for so many renewals. */
    const looked = (after: number, times: Times): Promise<number> =>
      waitUntil(
        'what is due has been renewed, and nothing more is found',
        async () => {
          // One that goes on has no end, and nothing comes after that (NaN).
          const ends = (await sites.renewedByThemselves()).map(({ completedAt }) => Date.parse(completedAt ?? ''));
          const at = await lookedAt();
          const isOver = at > Math.max(after, ...ends);
          return isOver && ends.length >= sum(times) ? at : undefined;
        },
        120_000,
      );

    const moveTo = async (days: number): Promise<number> => {
      expect(await server.stop()).toBe(0);
      const start = Date.now() + days * dayMs;
      await server.startAhead(days);
      const { headers } = await client.get('/certificate-check');
      expect(Math.abs(Date.parse(headers.get('date') ?? '') - start)).toBeLessThan(aWhileMs);
      return start;
    };

    /** Each so often by itself, with a new certificate each time, which is what its clients see. */
    const expectRenewed = async (times: Times): Promise<void> => {
      for (const [site, { certificate, byItself, served }] of await sites.states()) {
        const count = times[site as keyof Times];
        const ends = byItself.map(({ status, effect, actor }) => ({ status, effect, by: actor.name }));
        const done = { status: 'completed', effect: 'applied', by: 'Automatic renewal' };
        expect({ site, ends }).toEqual({ site, ends: Array.from({ length: count }, () => done) });
        const version = { number: 1 + count, fingerprint: served };
        const expected = { name: site, status: 'valid', version, renewal: { reason: 'not_due', failures: 0 } };
        expect(certificate).toMatchObject(expected);
      }
    };

    test('are renewed once each when they are due, and not again before they are due again', async () => {
      const none: Times = { week: 0, month: 0, quarter: 0, season: 0, later: 0, year: 0 };
      await expectRenewed(none);

      const once: Times = { ...none, week: 1, month: 1, quarter: 1, season: 1 };
      const first = await looked(await moveTo(90), once);
      await expectRenewed(once);
      await looked(first, once);
      await expectRenewed(once);

      await looked(await moveTo(91), once);
      await expectRenewed(once);

      const again: Times = { ...once, week: 2, later: 1 };
      await looked(await moveTo(95), again);
      await expectRenewed(again);
    }, 400_000);
  },
);

const sum = (times: Times): number => Object.values(times).reduce((total, count) => total + count, 0);
