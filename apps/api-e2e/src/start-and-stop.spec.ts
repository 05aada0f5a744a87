import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Session } from '@lockstep/contract';
import { createTestDatabase, type LockstepServer, startLockstep, type TestDatabase } from '@lockstep/server-testing';
import { administratorOf, ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { readEventStream } from './support/event-stream.js';
import { EventTable } from './support/event-table.js';
import { handshake, openSocket } from './support/recorder-client.js';
import { runRefusedServer } from './support/run-server.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';

describe('stopping (SIGTERM) during work', () => {
  let server: LockstepServer | undefined;
  let host: StuckHost | undefined;
  let table: EventTable | undefined;

  afterAll(async () => {
    await table?.close();
    await endAll(server, host);
  }, 60_000);

  test('ends with exit code 0 within 10 s, hands the work over, and the next start finishes it truthfully', async () => {
    server = await startLockstep();
    host = await startStuckHost('probe');
    table = EventTable.open(server.databaseUrl);
    const client = await administratorOf(server.url);
    const { id } = await client.createConnection({
      name: 'in a command',
      port: host.port,
      hostKeyFingerprint: host.fingerprint,
    });
    const { operationId } = await client.test(id);
    await client.operationOnce(operationId, ({ steps }) => steps[4]?.status === 'running');
    const socket = openSocket(server.url, { token: client.token });
    await handshake(socket);
    const streaming = readEventStream(client, `/operations/${operationId}/events`).catch(() => undefined);
    const polling = client.get(`/operations/${operationId}/events?after=500&wait=60`).catch(() => undefined);

    const asked = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    await Promise.all([streaming, polling]);
    expect(socket.connected).toBe(false);
    expect(host.open).toBe(0);

    host.release();
    await server.start();
    expect(await client.ended(operationId, 15_000)).toMatchObject({ status: 'completed', effect: 'none', attempt: 2 });
    expect(await table.faults()).toEqual([]);
    const idle = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - idle).toBeLessThan(5_500);
  }, 60_000);
});

describe('the first start without an administrator', () => {
  let server: LockstepServer;
  const none = { LOCKSTEP_ADMIN_USERNAME: undefined, LOCKSTEP_ADMIN_PASSWORD: undefined };

  beforeAll(async () => {
    server = await startLockstep({ env: none });
  }, 60_000);
  afterAll(() => endAll(server), 60_000);

  const linkTokens = (): string[] =>
    [...server.log().matchAll(/Create the administrator: \S+#token=(\S+)/g)].map(([, token]) => token ?? '');
  const administrator = { username: 'first', password: 'Quiet-harbour-at-dawn-73' };

  test('prints a link that works once; afterwards set-up is gone for ever', async () => {
    const anonymous = new ApiClient(server.url);
    expect((await anonymous.get('/setup')).body).toEqual({ required: true });
    await server.stop();
    await server.start();
    const [old, token] = linkTokens();
    expect(token).toBeDefined();
    expect(token).not.toBe(old);

    const tries: [object, number, string][] = [
      [{ ...administrator, token: old }, 403, 'SETUP_TOKEN_REFUSED'],
      [{ ...administrator, token: 'guessed' }, 403, 'SETUP_TOKEN_REFUSED'],
      [{ ...administrator, password: 'short', token }, 400, 'VALIDATION_FAILED'],
      [{ ...administrator, password: 'password1234', token }, 400, 'VALIDATION_FAILED'],
      [{ ...administrator, role: 'administrator', token }, 400, 'VALIDATION_FAILED'],
    ];
    for (const [body, status, code] of tries) {
      const answer = await anonymous.post('/setup', body);
      expect([body, answer.status, answer.body.code]).toEqual([body, status, code]);
    }
    const both = await Promise.all([1, 2, 3].map(() => anonymous.post<Session>('/setup', { ...administrator, token })));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 410, 410]);
    const session = both.find(({ status }) => status === 201)?.body;
    expect(session?.user).toMatchObject({ username: 'first', role: 'administrator' });

    for (const answer of [await anonymous.get('/setup'), await anonymous.post('/setup', { ...administrator, token })]) {
      expect([answer.status, answer.body.code]).toEqual([410, 'GONE']);
    }
    const links = linkTokens().length;
    await server.stop();
    await server.start();
    expect(linkTokens()).toHaveLength(links);
    expect((await anonymous.get('/setup')).status).toBe(410);
    expect((await new ApiClient(server.url, session?.accessToken).get('/auth/me')).status).toBe(200);
  }, 60_000);
});

describe('an environment that is wrong', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  }, 60_000);
  afterAll(() => database.drop(), 30_000);

  test.each([
    ['PORT', 'eighty'],
    ['DATABASE_URL', 'mysql://localhost/lockstep'],
    ['DATABASE_URL', 'postgres://postgres@127.0.0.1:1/nowhere'],
    ['LOCKSTEP_ROLE', 'boss'],
    ['TRUST_PROXY', 'maybe'],
    ['CONSOLE_ORIGIN', 'console.example'],
    ['LOCKSTEP_ALLOWED_NETWORKS', '10.0.0.0/99'],
    ['LOCKSTEP_ADMIN_USERNAME', 'alone'],
    ['LOCKSTEP_ADMIN_PASSWORD_FILE', '/nowhere/password'],
    ['LOCKSTEP_MASTER_KEY', 'too short'],
  ])(
    '%s=%s stops the start with one sentence that names it',
    async (name, value) => {
      const { code, stderr } = await runRefusedServer({ DATABASE_URL: database.url, PORT: '46099', [name]: value });
      const lines = stderr.trim().split('\n');
      expect([code, lines.length, lines]).toEqual([1, 1, [expect.stringMatching(/^Lockstep did not start: .+/)]]);
      expect(stderr).toContain(name === 'LOCKSTEP_ADMIN_USERNAME' ? 'LOCKSTEP_ADMIN_PASSWORD' : name);
      expect(stderr).not.toMatch(/\bat .+:\d+:\d+/);
    },
    30_000,
  );

  test('an administrator’s password that is too weak stops the start, and is not repeated', async () => {
    const env = {
      DATABASE_URL: database.url,
      PORT: '46099',
      LOCKSTEP_ADMIN_USERNAME: 'admin',
      LOCKSTEP_ADMIN_PASSWORD: 'hunter22',
    };
    const { code, stderr } = await runRefusedServer(env);
    expect([code, stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toContain('LOCKSTEP_ADMIN_PASSWORD');
    expect(stderr).not.toContain('hunter22');
  }, 30_000);

  test('a master key that is not the database’s stops the start, and nothing is written with it', async () => {
    const key = (): string => randomBytes(32).toString('base64');
    const other = await startLockstep({ env: { LOCKSTEP_MASTER_KEY: key() } });
    const env = { DATABASE_URL: other.databaseUrl, LOCKSTEP_MASTER_KEY: key(), PORT: '46098' };
    const { code, stderr } = await runRefusedServer(env);
    expect([code, stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toContain('LOCKSTEP_MASTER_KEY');
    expect(await administratorOf(other.url)).toBeDefined();
    await other.dispose();
  }, 60_000);

  test('a port that is taken stops the start with one sentence', async () => {
    const other = await startLockstep();
    const env = {
      DATABASE_URL: other.databaseUrl,
      LOCKSTEP_MASTER_KEY_FILE: join(other.dataDirectory, 'master.key'),
      PORT: String(other.port),
    };
    const { code, stderr } = await runRefusedServer(env);
    await other.dispose();
    expect([code, stderr.trim().split('\n')]).toEqual([1, [expect.stringContaining('Lockstep did not start')]]);
    expect(stderr).toContain(String(other.port));
  }, 60_000);
});
