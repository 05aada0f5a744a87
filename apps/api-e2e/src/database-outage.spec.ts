import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StartAnswer } from '@lockstep/contract';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@lockstep/server-database';
import { type LockstepServer, type Sshd, startLockstep, startSshd, waitUntil } from '@lockstep/server-testing';
import { administratorOf, type Answer, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { connectTo } from './support/healthy-connection.js';
import { PostgresProxy } from './support/postgres-proxy.js';
import { RecorderClient } from './support/recorder-client.js';

/** Seconds for which Postgres is away, one outage after the other; the last is longer than any patience of a library. */
const outages = [0, 1, 3, 11];

describe('when Postgres goes away', () => {
  let directory: string;
  let postgres: EmbeddedPostgres | undefined;
  let proxy: PostgresProxy;
  let server: LockstepServer;
  let sshd: Sshd;
  let table: EventTable;
  let administrator: ApiClient;
  const connections: number[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lockstep-outage-'));
    await chmod(directory, 0o711);
    postgres = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres') });
    proxy = await PostgresProxy.start(postgres.url);
    [server, sshd] = await Promise.all([startLockstep({ database: proxy.url }), startSshd()]);
    table = EventTable.open(postgres.url);
    administrator = await administratorOf(server.url);
    for (let index = 0; index < 4; index += 1)
      connections.push((await connectTo(administrator, sshd, { name: `host ${String(index)}` })).id);
  }, 60_000);
  afterAll(async () => {
    await table.close();
    await endAll(server, sshd, proxy, postgres);
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  /** Ends the server's postmaster without a checkpoint; it recovers and comes back by itself while the proxy is shut. */
  const crashPostgres = async (): Promise<void> => {
    const location = await readFile(join(directory, 'postgres', 'location'), 'utf8').catch(() =>
      join(directory, 'postgres'),
    );
    const lock = await readFile(join(location.trim(), 'postmaster.pid'), 'utf8');
    process.kill(Number.parseInt(lock, 10), 'SIGQUIT');
  };
  const start = (id: number): Promise<Answer<StartAnswer>> =>
    administrator.post<StartAnswer>(`/connections/${String(id)}/test-connection`);

  test.each(outages)(
    'for %s s, changes are answered 503 with Retry-After, then work goes on within 5 s, and nothing accepted is lost',
    async (seconds) => {
      const recorders = connections.map((id) => new RecorderClient(administrator.token ?? '', id));
      await Promise.all(recorders.map((recorder) => recorder.follow(server.url)));
      const accepted = new Set<string>();
      const refused: Answer[] = [];
      let until = Number.POSITIVE_INFINITY;
      const press = connections.map(async (id) => {
        while (performance.now() < until) {
          const answer = await start(id);
          if (answer.status === 202) accepted.add(answer.body.operationId);
          else refused.push(answer);
          await pause(30);
        }
      });
      await pause(400);
      await Promise.all([proxy.cut(), crashPostgres()]);
      const away = await start(connections[0] ?? 0);
      refused.push(away);
      await pause(seconds * 1_000);
      await proxy.join();
      const joinedAt = performance.now();
      await waitUntil(
        'a change is carried out again',
        async () => ((await administrator.call('DELETE', '/tokens/999999')).status === 404 ? true : undefined),
        5_000,
      );
      until = joinedAt + 3_000;
      await Promise.all(press);

      expect(away.status).toBe(503);
      expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
      for (const { headers, body } of refused) {
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(body).toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE' });
      }
      for (const id of accepted) expect(await administrator.ended(id, 30_000)).toMatchObject({ status: 'completed' });
      for (const [index, recorder] of recorders.entries()) {
        const stored = await table.ofConnection(connections[index] ?? 0);
        await recorder.reaches(stored.length);
        expect(recorder.differences(stored)).toEqual([]);
        recorder.cut();
      }
      expect(await table.faults()).toEqual([]);
    },
    90_000,
  );

  test.each([
    ['is put away', 'DELETE', 'true'],
    ['is put back, because its claim failed too', 'UPDATE', 'NEW.last_error IS NOT NULL'],
  ])(
    'a session that is lost just as a job %s costs neither the server nor its workers',
    async (_what, action, condition) => {
      await table.query(`
        CREATE OR REPLACE FUNCTION lose_session() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_terminate_backend(pg_backend_pid());
          RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$;
        CREATE TRIGGER lose_session BEFORE ${action} ON graphile_worker._private_jobs
          FOR EACH ROW ${action === 'UPDATE' ? `WHEN (${condition})` : ''} EXECUTE FUNCTION lose_session()`);
      const claimsFail = action === 'UPDATE';
      if (claimsFail)
        await table.query('ALTER TABLE operations ADD CONSTRAINT no_claims CHECK (attempt = 0) NOT VALID');
      const { pid } = server;
      const operations = await Promise.all(connections.map(async (id) => (await start(id)).body.operationId));
      await pause(2_500);
      if (claimsFail) await table.query('ALTER TABLE operations DROP CONSTRAINT no_claims');
      await table.query('DROP TRIGGER lose_session ON graphile_worker._private_jobs');
      for (const id of operations) expect(await administrator.ended(id, 30_000)).toMatchObject({ status: 'completed' });
      for (const id of connections) expect(await administrator.tested(id)).toMatchObject({ status: 'completed' });
      expect(server.pid).toBe(pid);
    },
    60_000,
  );

  test.each(['ended', 'silent'])(
    'clients are at most 3 s behind when the listening connection is %s',
    async (how) => {
      const [id = 0] = connections;
      const recorder = new RecorderClient(administrator.token ?? '', id);
      await recorder.follow(server.url);
      const name = 'lockstep listen';
      // The test before this one may have ended that connection: the server opens it again after a pause.
      if (how === 'silent')
        await waitUntil('the listening connection is silenced', () => proxy.silence(name) || undefined);
      else
        await table.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [name]);
      const { operationId } = (await start(id)).body;
      await administrator.ended(operationId);
      const stored = await table.ofConnection(id);
      await recorder.reaches(stored.length, 3_000);
      expect(recorder.differences(stored)).toEqual([]);
      recorder.cut();
    },
    30_000,
  );
});
