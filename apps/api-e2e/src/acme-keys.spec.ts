import { randomBytes } from 'node:crypto';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import {
  type AcmeProxy,
  type LockstepServer,
  type Pebble,
  type TlsHost,
  showWebRoot,
  startAcmeProxy,
  startLockstep,
  startPebble,
  startTlsHost,
  tlsSite,
  webRoot,
  whyNoPebble,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { AcmeConsole } from './support/acme-console.js';
import { ApiClient } from './support/api-client.js';
import { Canary, privateMembers } from './support/canaries.js';
import { endAll } from './support/end-all.js';
import { readEventStream } from './support/event-stream.js';
import { ask, connect } from './support/socket-client.js';
import { inDatabase } from './support/time-passes.js';
import { Witness, dumpDatabase } from './support/witness.js';

const reason = (await whyNoPebble()) ?? (await whyNoSystemdHosts());
const title = reason ? `the keys of an issuance (left out: ${reason})` : 'the keys of an issuance by ACME';

(reason ? describe.skip : describe)(title, () => {
  const masterKey = randomBytes(32).toString('base64');
  let place: TlsHost;
  let pebble: Pebble;
  let proxy: AcmeProxy;
  let server: LockstepServer;
  let witness: Witness;
  let accountKey: string;
  let certificateKey: string;
  let account: Canary;
  let certificate: Canary;

  beforeAll(async () => {
    [place, pebble] = await Promise.all([startTlsHost(), startPebble()]);
    proxy = await startAcmeProxy(pebble);
    await showWebRoot(place, pebble.httpPort);
    server = await startLockstep({ env: { LOCKSTEP_MASTER_KEY: masterKey } });
    const challenge = { kind: 'http-01', answeredBy: 'host', folder: webRoot };
    const console = await AcmeConsole.open(server, { place, pebble, proxy, challenge });
    witness = new Witness(server.url);
    await listenTo(console);
    accountKey = await openAccountKey();
    certificateKey = await place.host.execute(`cat ${tlsSite.keyPath}`);
    account = new Canary('account key', ...privateMembers(accountKey));
    certificate = new Canary('certificate key', ...privateMembers(certificateKey));
  }, 300_000);
  afterAll(() => endAll(server, proxy, pebble, place?.host), 60_000);

  /** Renews, and hears all that anybody may hear of it. */
  async function listenTo(console: AcmeConsole): Promise<void> {
    const { token, connectionId, certificateId } = console;
    const client = await connect(server.url, token);
    client.io.engine.on('packet', ({ data }: { data?: unknown }) => witness.heard.push(String(data)));
    await ask(client, 'subscribe:activity', {});
    await ask(client, 'subscribe:connection', { connectionId, after: 0 });
    const id = await console.renew();
    expect(await console.ended(id)).toMatchObject({ status: 'completed' });
    const { events } = await readEventStream(new ApiClient(server.url, token), `/operations/${id}/events?after=0`);
    witness.heard.push(JSON.stringify(events));
    const of = `/certificates/${certificateId}`;
    const paths = [
      `/operations/${id}`,
      `/operations/${id}/events?after=0`,
      '/operations?limit=500',
      '/audit?limit=500',
    ];
    for (const path of [...paths, of, `${of}/versions`, `${of}/chain`, '/issuers', '/certificates', '/metrics'])
      await witness.say(`GET ${path}`, { token });
    client.disconnect();
  }

  /** Nobody is ever told it: only who has database and master key can open it. */
  async function openAccountKey(): Promise<string> {
    const [row] = await inDatabase<{ id: number; sealed: Buffer }>(
      server.databaseUrl,
      'SELECT issuer_id AS id, sealed_account_key AS sealed FROM acme_accounts',
    );
    const box = new SecretBox(MasterKey.parse(masterKey, 'test'));
    const place = { table: 'acme_accounts', column: 'sealed_account_key', row: row?.id ?? 0 };
    return box.openText(row?.sealed ?? Buffer.alloc(0), place);
  }

  const foundIn = (text: string): string[] =>
    [account, certificate].filter((canary) => canary.isIn(text)).map(({ name }) => name);

  it('would be found where they are: as they are written, and inside something else', () => {
    expect([accountKey, certificateKey].map((key) => foundIn(key.replaceAll('\n', '')))).toEqual([
      ['account key'],
      ['certificate key'],
    ]);
    expect(proxy.traffic.join('\n')).toContain('"csr"');
    expect(witness.heard.join('\n')).toContain('operation:update');
  });

  it('never travel to the authority', () => {
    expect(proxy.requests.some((request) => request.startsWith('POST /certZ'))).toBe(true);
    expect(foundIn(proxy.traffic.join('\n'))).toEqual([]);
    expect(proxy.traffic.join('\n')).not.toMatch(/PRIVATE KEY/);
  });

  it('are in no answer, frame, event or audit entry', () => {
    expect(foundIn(witness.heard.join('\n'))).toEqual([]);
    expect(witness.heard.join('\n')).not.toMatch(/PRIVATE KEY/);
  });

  it('are in clear in no table and in no log', async () => {
    expect(foundIn(await dumpDatabase(server.databaseUrl ?? ''))).toEqual([]);
    expect(foundIn(server.log())).toEqual([]);
  });
});
