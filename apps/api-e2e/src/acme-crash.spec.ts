import { setTimeout as pause } from 'node:timers/promises';
import type { Certificate, CertificateVersion, Issuer, Operation, StartAnswer } from '@lockstep/contract';
import {
  type AcmeProxy,
  type LockstepServer,
  type Pebble,
  type SystemdHost,
  type TlsHost,
  TlsProbe,
  showWebRoot,
  startAcmeProxy,
  startLockstep,
  startPebble,
  startTlsHost,
  testAdministrator,
  tlsSite,
  waitUntil,
  webRoot,
  whyNoPebble,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import pg from 'pg';
import { administratorOf } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { openSession, requestOk } from './support/rest-client.js';

const reason = (await whyNoPebble()) ?? (await whyNoSystemdHosts());
const title = reason ? `ACME from outside (left out: ${reason})` : 'ACME from outside';

/** A built server with an ACME issuer and a certificate of it, reached by REST alone. */
class Console {
  private constructor(
    readonly server: LockstepServer,
    private readonly token: string,
    readonly certificateId: number,
  ) {}

  static async open(
    server: LockstepServer,
    { place, proxy, pebble, challenge }: { place: TlsHost; proxy: AcmeProxy; pebble: Pebble; challenge: object },
  ): Promise<Console> {
    const connectionId = await connectionTo(server, place.host);
    const { token } = await openSession(server.url, testAdministrator);
    const acme = {
      ...{
        directoryUrl: proxy.directoryUrl,
        email: 'ada@example.com',
        trustedRoots: pebble.tls.certificate,
        challenge,
      },
      allowance: { failedValidationsPerHour: 1_000, duplicatesPerWeek: 1_000 },
    };
    const body = { name: 'CA', kind: 'acme', acme };
    const { id: issuerId } = await requestOk<Issuer>(server.url, 'POST /issuers', { token, body });
    const { name, certificatePath, keyPath } = tlsSite;
    const target = {
      ...{ connectionId, certificatePath, keyPath, reload: { service: 'nginx.service' } },
      verify: [{ host: '127.0.0.1', port: place.port, serverName: name }],
    };
    const certificate = { name, domains: [name], issuerId, targets: [target] };
    const made = await requestOk<Certificate>(server.url, 'POST /certificates', { token, body: certificate });
    return new Console(server, token, made.id);
  }

  ask<Body>(line: string): Promise<Body> {
    return requestOk<Body>(this.server.url, line, { token: this.token });
  }

  async renew(): Promise<string> {
    return (await this.ask<StartAnswer>(`POST /certificates/${this.certificateId}/renew`)).operationId;
  }

  until(id: string, what: string, fits: (operation: Operation) => boolean): Promise<Operation> {
    return waitUntil(
      what,
      async () => {
        const operation = await this.ask<Operation>(`GET /operations/${id}`);
        return fits(operation) ? operation : undefined;
      },
      90_000,
    );
  }

  ended(id: string): Promise<Operation> {
    return this.until(id, 'it ends', ({ completedAt }) => completedAt !== null);
  }

  async versions(): Promise<CertificateVersion[]> {
    return (await this.ask<{ items: CertificateVersion[] }>(`GET /certificates/${this.certificateId}/versions`)).items;
  }
}

async function connectionTo(server: LockstepServer, host: SystemdHost): Promise<number> {
  const { id } = await (
    await administratorOf(server.url)
  ).createConnection({
    ...{ name: 'web', port: host.port, username: host.username, hostKeyFingerprint: host.hostKeyFingerprint },
    credential: { kind: 'private_key', privateKey: host.user.privateKey },
  });
  return id;
}

(reason ? describe.skip : describe)(`${title}: a server that is killed (-9)`, () => {
  let console: Console;
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
    console = await Console.open(server, { place, proxy, pebble, challenge });
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
  let console: Console;
  let place: TlsHost;
  let pebble: Pebble;
  let proxy: AcmeProxy;

  beforeAll(async () => {
    [place, pebble] = await Promise.all([startTlsHost(), startPebble()]);
    proxy = await startAcmeProxy(pebble);
    const server = await startLockstep({ env: { LOCKSTEP_CHALLENGE_LISTEN: `127.0.0.1:${pebble.httpPort}` } });
    console = await Console.open(server, {
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

/** What was waited for is over. */
async function timePasses(connectionString: string | undefined): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`
      UPDATE acme_accounts SET paused_until = now();
      UPDATE operations SET not_before = now() WHERE not_before > now();
      SELECT graphile_worker.reschedule_jobs(ARRAY(SELECT id FROM graphile_worker.jobs), now())`);
  } finally {
    await client.end();
  }
}
