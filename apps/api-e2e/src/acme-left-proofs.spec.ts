import type { SavedNotificationChannel } from '@lockstep/contract';
import {
  type AcmeProxy,
  type HookReceiver,
  type NameServer,
  type Pebble,
  type TlsHost,
  freePort,
  runsAsRoot,
  showWebRoot,
  startAcmeProxy,
  startHookReceiver,
  startLockstep,
  startNameServer,
  startPebble,
  startTlsHost,
  waitUntil,
  webRoot,
  whyNoNameServer,
  whyNoPebble,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { AcmeConsole } from './support/acme-console.js';
import { endAll } from './support/end-all.js';
import { inDatabase, timePasses } from './support/time-passes.js';

const reason =
  (await whyNoPebble()) ??
  (await whyNoSystemdHosts()) ??
  (await whyNoNameServer()) ??
  (runsAsRoot ? undefined : 'port 53 is for root alone');
const title = reason
  ? `a proof that is left (left out: ${reason})`
  : 'a proof whose operation ended without its worker';

/** The next worker that takes an operation over is one too many. */
const lastAttempt = `UPDATE operations SET attempt = 5, lease_until = now() WHERE status = 'in_progress'`;

interface Loss {
  readonly proxy: AcmeProxy;
  readonly isShown: () => Promise<boolean>;
  /** While no server is there. */
  readonly meanwhile?: () => Promise<unknown>;
}

(reason ? describe.skip : describe)(title, () => {
  let console: AcmeConsole;
  let place: TlsHost;
  let names: NameServer;
  let hook: HookReceiver;
  let challengePort: number;
  let pebbles: Pebble[];
  let proxies: AcmeProxy[];

  beforeAll(async () => {
    [place, names, hook, challengePort] = await Promise.all([
      startTlsHost(),
      startNameServer({ zone: 'shop.test', atStandardPort: true }),
      startHookReceiver(),
      freePort(),
    ]);
    pebbles = [await startPebble(), await startPebble({ dnsServer: `${names.address}:53` })];
    proxies = await Promise.all(pebbles.map(startAcmeProxy));
    await showWebRoot(place, at(pebbles, 0).httpPort);
    const server = await startLockstep({ env: { LOCKSTEP_CHALLENGE_LISTEN: `127.0.0.1:${challengePort}` } });
    const challenge = { kind: 'http-01', answeredBy: 'host', folder: webRoot };
    console = await AcmeConsole.open(server, { place, pebble: at(pebbles, 0), proxy: at(proxies, 0), challenge });
    const target = { kind: 'webhook', url: hook.url };
    const channel = { name: 'pager', target, byPersonsToo: true };
    await console.ask<SavedNotificationChannel>('POST /notification-channels', channel);
  }, 300_000);
  afterAll(async () => {
    await endAll(console?.server, place?.host, names, hook, ...(proxies ?? []), ...(pebbles ?? []));
  }, 60_000);

  /** Kills the server (-9) while what `isShown` sees is published, and has its operation reaped by the next one. */
  const loseWorker = async (of: AcmeConsole, { proxy, isShown, meanwhile }: Loss): Promise<void> => {
    proxy.hold(/^\/chalZ\//i);
    const id = await of.renew();
    await waitUntil('the proof is published', async () => (await isShown()) || undefined, 60_000);
    await waitUntil('the CA is asked', () => proxy.requests.some((one) => /chalZ/i.test(one)) || undefined, 60_000);
    await of.server.kill9();
    expect(await isShown()).toBe(true);
    proxy.letGo();
    await inDatabase(of.server.databaseUrl, lastAttempt);
    await meanwhile?.();
    await of.server.start();
    expect(await of.ended(id)).toMatchObject({ status: 'failed', errorCode: 'WORKER_LOST' });
    proxy.requests.length = 0;
  };
  const taken = (isShown: () => Promise<boolean>): Promise<true> =>
    waitUntil('the proof is taken back', async () => !(await isShown()) || undefined, 60_000);
  const files = async (): Promise<boolean> => (await place.host.execute(`find ${webRoot} -type f`)) !== '';

  it('is taken back from the host without another renewal', async () => {
    await loseWorker(console, { proxy: at(proxies, 0), isShown: files });
    await taken(files);
  }, 180_000);

  it('is taken back when the host is there again, people are told meanwhile, and that it is over', async () => {
    hook.hooks.length = 0;
    const meanwhile = (): Promise<string> => place.host.execute('systemctl stop ssh');
    await loseWorker(console, { proxy: at(proxies, 0), isShown: files, meanwhile });
    const told = (words: RegExp): Promise<true> =>
      waitUntil(`${words.source} is told`, () => hook.hooks.some(({ body }) => words.test(body)) || undefined, 60_000);
    await told(/A proof for shop\.example could not be taken back/);
    expect(await files()).toBe(true);
    await place.host.execute('systemctl start ssh');
    await timePasses(console.server.databaseUrl);
    await taken(files);
    await told(/is not published any more/);
  }, 180_000);

  it('is not answered by Lockstep any more', async () => {
    const challenge = { kind: 'http-01', answeredBy: 'lockstep' };
    const held = await console.beside('held.example', { pebble: at(pebbles, 0), proxy: at(proxies, 0), challenge });
    const isShown = async (): Promise<boolean> => {
      const [row] = await inDatabase<{ path: string }>(
        held.server.databaseUrl,
        `SELECT proof ->> 'location' AS path FROM acme_proofs WHERE certificate_id = ${held.certificateId}`,
      );
      path ??= row?.path;
      const answer = path && (await fetch(`http://127.0.0.1:${challengePort}${path}`).catch(() => undefined));
      // While the server is dead nothing is answered, but it would be.
      return answer ? answer.status === 200 : row !== undefined;
    };
    let path: string | undefined;
    await loseWorker(held, { proxy: at(proxies, 0), isShown });
    await taken(isShown);
  }, 180_000);

  it('is taken back from the DNS', async () => {
    const provider = { kind: 'rfc2136', server: '127.0.0.1', port: names.port, key: names.key };
    const challenge = { kind: 'dns-01', resolvers: [names.address], provider };
    const byDns = await console.beside('www.shop.test', { pebble: at(pebbles, 1), proxy: at(proxies, 1), challenge });
    const isShown = async (): Promise<boolean> => (await names.texts('_acme-challenge.www.shop.test')).length > 0;
    await loseWorker(byDns, { proxy: at(proxies, 1), isShown });
    await taken(isShown);
  }, 180_000);
});

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error('It was not started.');
  return item;
}
