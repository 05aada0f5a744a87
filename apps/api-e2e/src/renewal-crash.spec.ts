import { setTimeout as pause } from 'node:timers/promises';
import type { Certificate, Operation, StartAnswer } from '@lockstep/contract';
import {
  HeldPrograms,
  type LockstepServer,
  type TlsHost,
  TlsProbe,
  isTlsPair,
  startLockstep,
  startTlsHost,
  testAdministrator,
  tlsSite,
  waitUntil,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { administratorOf } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { openSession, requestOk } from './support/rest-client.js';

/** Milliseconds in which a script that the host had received has run to its end. */
const hostSettles = 400;
const steps = ['key', 'issue', 'reach', 'stage', 'check', 'switch', 'reload', 'verify', 'clean_up'] as const;
const reason = await whyNoSystemdHosts();
const title = reason ? `a renewal (left out: ${reason})` : 'a renewal whose server is killed (-9)';

(reason ? describe.skip : describe)(title, () => {
  let server: LockstepServer;
  let place: TlsHost;
  let token: string;
  let certificateId: number;

  beforeAll(async () => {
    // On the embedded database a server that starts again knows at once that the other one is gone.
    [server, place] = await Promise.all([startLockstep({ database: 'embedded' }), startTlsHost()]);
    const { host, port } = place;
    const { id: connectionId } = await (
      await administratorOf(server.url)
    ).createConnection({
      name: 'web',
      port: host.port,
      username: host.username,
      credential: { kind: 'private_key', privateKey: host.user.privateKey },
      hostKeyFingerprint: host.hostKeyFingerprint,
    });
    ({ token } = await openSession(server.url, testAdministrator));
    const { name, certificatePath, keyPath } = tlsSite;
    const target = {
      connectionId,
      certificatePath,
      keyPath,
      reload: { service: 'nginx.service' },
      check: { command: 'sudo -n nginx -t' },
      verify: [{ host: '127.0.0.1', port, serverName: name }],
    };
    const body = { name, domains: [name], issuerId: 1, targets: [target] };
    certificateId = (await ask<Certificate>('POST /certificates', body)).id;
  }, 300_000);
  afterAll(() => endAll(server, place.host), 60_000);

  const ask = <Body>(line: string, body?: unknown): Promise<Body> =>
    requestOk<Body>(server.url, line, { token, ...(body !== undefined && { body }) });
  const start = async (): Promise<string> =>
    (await ask<StartAnswer>(`POST /certificates/${certificateId}/renew`)).operationId;
  const begins = (id: string, step: string): Promise<true> =>
    waitUntil(`${step} begins`, async () => {
      const operation = await ask<Operation>(`GET /operations/${id}`);
      const found = operation.steps.find(({ name }) => name === step);
      return (operation.completedAt ?? found?.startedAt ?? null) !== null || undefined;
    });

  /** Kills it, looks at the host while nobody works there, starts it again and waits for the truth. */
  const killAndGoOn = async (id: string): Promise<Operation> => {
    await server.kill9();
    await pause(hostSettles);
    expect(await isTlsPair(place.host)).toBe(true);
    await server.start();
    return ended(id);
  };
  const ended = (id: string): Promise<Operation> =>
    waitUntil(
      'it ends',
      async () => {
        const operation = await ask<Operation>(`GET /operations/${id}`);
        return operation.completedAt === null ? undefined : operation;
      },
      60_000,
    );

  const versionNow = async (): Promise<number> =>
    (await ask<Certificate>(`GET /certificates/${certificateId}`)).version?.number ?? 0;
  const expectRenewed = async (operation: Operation): Promise<void> => {
    expect(operation).toMatchObject({ status: 'completed', effect: 'applied' });
    const { version } = await ask<Certificate>(`GET /certificates/${certificateId}`);
    expect(await TlsProbe.look(place.port)).toBe(version?.fingerprint);
    expect(await isTlsPair(place.host)).toBe(true);
    expect(await place.host.execute(`ls -A ${tlsSite.folder}`)).toBe('shop.key\nshop.pem\n');
  };

  it.each(steps)(
    'in the step %s goes on from there, and clients notice nothing',
    async (step) => {
      const [before, number] = [await TlsProbe.look(place.port), await versionNow()];
      const probe = new TlsProbe(place.port);
      const id = await start();
      await begins(id, step);
      await expectRenewed(await killAndGoOn(id));
      expect(await versionNow()).toBe(number + 1);
      const seen = await probe.stop();
      expect(seen.length).toBeLessThanOrEqual(2);
      expect([before, await TlsProbe.look(place.port)]).toEqual(expect.arrayContaining(seen));
    },
    120_000,
  );

  it('at any moment leaves key and certificate that belong together', async () => {
    for (let kill = 0; kill < 6; kill += 1) {
      const id = await start();
      await begins(id, kill % 2 === 0 ? 'stage' : 'check');
      await pause(Math.random() * 150);
      await expectRenewed(await killAndGoOn(id));
    }
  }, 300_000);

  it.each(['ln *shop.pem*', 'mv *.new *shop.key', 'mv *.new *shop.pem'])(
    'while the host is at «%s» of the switch: that goes on to its end, and the next server joins it',
    async (program) => {
      const before = await TlsProbe.look(place.port);
      const probe = new TlsProbe(place.port);
      const programs = await HeldPrograms.install(place.host, ['ln', 'mv']);
      await programs.hold(program);
      const id = await start();
      await programs.caught();
      await server.kill9();
      expect(await TlsProbe.look(place.port)).toBe(before);
      await server.start();
      await waitUntil('the next server is there', async () => {
        const { steps: all } = await ask<Operation>(`GET /operations/${id}`);
        return all.find(({ name }) => name === 'switch')?.status === 'running' || undefined;
      });
      await programs.letGo();
      await expectRenewed(await ended(id));
      const after = await TlsProbe.look(place.port);
      expect([before, after]).toEqual(expect.arrayContaining(await probe.stop()));
    },
    120_000,
  );
});
