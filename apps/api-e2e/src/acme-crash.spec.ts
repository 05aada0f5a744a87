import { setTimeout as pause } from 'node:timers/promises';
import type { Operation } from '@lockstep/contract';
import {
  type AcmeProxy,
  type LockstepServer,
  type Pebble,
  type TlsHost,
  TlsProbe,
  showWebRoot,
  startAcmeProxy,
  startLockstep,
  startPebble,
  startTlsHost,
  webRoot,
  whyNoPebble,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { AcmeConsole } from './support/acme-console.js';
import { endAll } from './support/end-all.js';
import { timePasses } from './support/time-passes.js';

const reason = (await whyNoPebble()) ?? (await whyNoSystemdHosts());
const title = reason ? `ACME from outside (left out: ${reason})` : 'ACME from outside';

(reason ? describe.skip : describe)(`${title}: a server that is killed (-9)`, () => {
  let console: AcmeConsole;
  let place: TlsHost;
  let pebble: Pebble;
  let proxy: AcmeProxy;

  beforeAll(async () => {
    let server: LockstepServer;
    // On the embedded database a server that starts again knows at once that the other one is gone.
    [server, place, pebble] = await Promise.all([
      startLockstep({ database: 'embedded' }),
      startTlsHost(),
      startPebble(),
    ]);
    proxy = await startAcmeProxy(pebble);
    await showWebRoot(place, pebble.httpPort);
    const challenge = { kind: 'http-01', answeredBy: 'host', folder: webRoot };
    console = await AcmeConsole.open(server, { place, proxy, pebble, challenge });
  }, 300_000);
  afterAll(async () => {
    await endAll(console.server, place.host);
    await Promise.all([proxy.stop(), pebble.stop()]);
  }, 60_000);

  const count = (path: RegExp): number => new Set(proxy.requests.filter((request) => path.test(request))).size;

  it.each(['order', 'challenges', 'issue', 'reach'])(
    'in the step %s goes on with the order that it had: one certificate, and no proof is left',
    async (name) => {
      const before = (await console.versions()).length;
      proxy.requests.length = 0;
      const id = await console.renew();
      await console.until(id, `${name} begins`, ({ completedAt, steps }) =>
        Boolean(completedAt ?? steps.find((step) => step.name === name)?.startedAt),
      );
      await pause(Math.random() * 60);
      await console.server.kill9();
      await console.server.start();
      expect(await console.ended(id)).toMatchObject({ status: 'completed', effect: 'applied' });
      const [newest, ...older] = await console.versions();
      expect(older).toHaveLength(Math.min(before, 2));
      expect(await TlsProbe.look(place.port)).toBe(newest?.fingerprint);
      expect(await place.host.execute(`find ${webRoot} -type f`)).toBe('');
      expect(count(/^POST \/certZ\//i)).toBe(1);
      // Whoever is killed while the CA answers cannot know which order it was given.
      if (name !== 'order') expect(proxy.requests.filter((request) => request === 'POST /order-plz')).toHaveLength(1);
    },
    180_000,
  );
});

(reason ? describe.skip : describe)(`${title}: a server that answers challenges itself`, () => {
  let console: AcmeConsole;
  let place: TlsHost;
  let pebble: Pebble;
  let proxy: AcmeProxy;

  beforeAll(async () => {
    [place, pebble] = await Promise.all([startTlsHost(), startPebble()]);
    proxy = await startAcmeProxy(pebble);
    const server = await startLockstep({ env: { LOCKSTEP_CHALLENGE_LISTEN: `127.0.0.1:${pebble.httpPort}` } });
    console = await AcmeConsole.open(server, {
      place,
      proxy,
      pebble,
      challenge: { kind: 'http-01', answeredBy: 'lockstep' },
    });
  }, 300_000);
  afterAll(async () => {
    await endAll(console.server, place.host);
    await Promise.all([proxy.stop(), pebble.stop()]);
  }, 60_000);

  it('proves the name on its own port, and shows nothing else there', async () => {
    expect(await console.ended(await console.renew())).toMatchObject({ status: 'completed' });
    const [newest] = await console.versions();
    expect(await TlsProbe.look(place.port)).toBe(newest?.fingerprint);
    for (const origin of [`http://127.0.0.1:${pebble.httpPort}`, console.server.url]) {
      expect((await fetch(`${origin}/.well-known/acme-challenge/nothing-there`)).status).toBe(404);
    }
    for (const path of ['/', '/api/health/live']) {
      expect((await fetch(`http://127.0.0.1:${pebble.httpPort}${path}`)).status).toBe(404);
    }
  }, 120_000);

  it('asks the CA for nothing before the time that it named, also after a restart', async () => {
    const body = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many orders' };
    proxy.addFault({ method: 'POST', path: /order-plz/, status: 429, headers: { 'retry-after': '120' }, body });
    const id = await console.renew();
    const parked = await console.until(id, 'it waits', ({ notBefore }) => notBefore !== null);
    expect(new Date(parked.notBefore ?? 0).getTime()).toBeGreaterThan(Date.now() + 30_000);
    const requests = proxy.requests.length;
    expect(await console.server.stop()).toBe(0);
    await console.server.start();
    // Another look of the worker at everything that waits.
    await pause(3_000);
    expect(await console.ask<Operation>(`GET /operations/${id}`)).toMatchObject({
      status: 'pending',
      notBefore: parked.notBefore,
    });
    expect(proxy.requests).toHaveLength(requests);
    proxy.clearFaults();
    await timePasses(console.server.databaseUrl);
    expect(await console.ended(id)).toMatchObject({ status: 'completed' });
  }, 180_000);
});
