import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate, Operation, StartAnswer } from '@lockstep/contract';
import { type Sshd, type TestDatabase, createTestDatabase, startSshd, waitUntil } from '@lockstep/server-testing';
import { AutomaticRenewals } from '../src/renewals/automatic-renewals.js';
import { CertificatesServer } from './certificates-server.js';

/** On a real host, by two replicas. Only the clock is not real: rows are moved into the past instead. */
describe('certificates renew themselves', () => {
  let database: TestDatabase;
  let sshd: Sshd;
  let folder: string;
  let servers: [CertificatesServer, CertificatesServer];
  let server: CertificatesServer;
  let connectionId: number;
  let counter = 0;

  beforeAll(async () => {
    [database, sshd] = await Promise.all([createTestDatabase(), startSshd()]);
    folder = await mkdtemp(join(tmpdir(), 'lockstep-renewals-'));
    await chmod(folder, 0o777);
    servers = [await CertificatesServer.start(database.url), await CertificatesServer.start(database.url)];
    [server] = servers;
    connectionId = await server.addConnection('web', sshd);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(servers.map((one) => one.stop()));
    await Promise.all([sshd.stop(), database.drop(), rm(folder, { recursive: true, force: true })]);
  }, 60_000);

  const look = async (): Promise<void> => {
    await Promise.all(servers.map(({ application }) => application.get(AutomaticRenewals).look()));
  };
  const path = (id: number, rest = ''): string => `/certificates/${String(id)}${rest}`;
  const read = async (id: number): Promise<Certificate> => (await server.call<Certificate>(`GET ${path(id)}`)).body;
  const query = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> => server.dataSource.query(sql, values);
  const add = (input: object = {}, place = folder): Promise<Certificate> => {
    const name = `site-${String((counter += 1))}`;
    const files = { certificatePath: `${place}/${name}.pem`, keyPath: `${place}/${name}.key` };
    return server.addCertificate(name, { targets: [{ connectionId, ...files }], ...input });
  };
  const renew = async (id: number): Promise<Operation> => {
    const { body } = await server.call<StartAnswer>(`POST ${path(id, '/renew')}`);
    return server.ended(body.operationId);
  };
  const addDeployed = async (input: object = {}): Promise<number> => {
    const { id } = await add(input);
    expect(await renew(id)).toMatchObject({ status: 'completed' });
    return id;
  };
  /** As if so many days had gone by since all of it. What is planned is planned anew, because its facts have changed. */
  const letDaysPass = async (id: number, days: number): Promise<void> => {
    await query(
      `UPDATE certificate_versions SET not_before = not_before - $2 * interval '1 day',
         not_after = not_after - $2 * interval '1 day', renew_at = renew_at - $2 * interval '1 day',
         issued_at = issued_at - $2 * interval '1 day' WHERE certificate_id = $1`,
      [id, days],
    );
    // An operation that has ended does not change, unless nobody looks.
    await query(
      `SET session_replication_role = replica; UPDATE operations SET completed_at = completed_at - interval '${String(days)} days'
       WHERE target = '${String(id)}' AND completed_at IS NOT NULL; SET session_replication_role = DEFAULT`,
    );
  };
  const renewals = (id: number): Promise<{ id: string; created_by: string; status: string; actor: object }[]> =>
    query('SELECT id, created_by, status, actor FROM operations WHERE target = $1 ORDER BY id', [String(id)]);
  /** Waits until nothing runs and what has ended is planned. */
  const settled = (id: number): Promise<Certificate> =>
    waitUntil('its renewal has ended and is planned', async () => {
      const certificate = await read(id);
      const [row] = await query<{ at: Date | null }>('SELECT next_attempt_at AS at FROM certificates WHERE id = $1', [
        id,
      ]);
      const { reason, nextAttemptAt } = certificate.renewal;
      const isPlanned = (row?.at?.toISOString() ?? null) === nextAttemptAt;
      return reason !== 'running' && reason !== 'due' && isPlanned ? certificate : undefined;
    });
  const comeDue = (id: number): Promise<unknown> =>
    query(`UPDATE certificates SET next_attempt_at = now() - interval '1 second' WHERE id = $1`, [id]);

  it('each once when 90 days have gone by, whoever looks', async () => {
    const ids: number[] = [];
    for (let index = 0; index < 6; index += 1) ids.push(await addDeployed());
    await look();
    for (const id of ids) await letDaysPass(id, 90);
    for (let round = 0; round < 3; round += 1) await look();
    for (const id of ids) {
      const { renewal, status } = await settled(id);
      expect([status, renewal.reason, renewal.failures]).toEqual(['valid', 'not_due', 0]);
      expect(await renewals(id)).toMatchObject([
        { created_by: 'user', status: 'completed' },
        { created_by: 'auto', status: 'completed', actor: { kind: 'schedule', name: 'Automatic renewal' } },
      ]);
    }
  }, 120_000);

  it('once when two replicas and a person begin at the same moment', async () => {
    const id = await addDeployed();
    await letDaysPass(id, 25);
    const [, { body }] = await Promise.all([look(), server.call<StartAnswer>(`POST ${path(id, '/renew')}`), look()]);
    await server.ended(body.operationId);
    await look();
    await settled(id);
    expect(await renewals(id)).toHaveLength(2);
  }, 60_000);

  it('but not what was never deployed, what is not due, and what is switched off', async () => {
    const { id: fresh } = await add();
    const notDue = await addDeployed();
    const off = await addDeployed({ autoRenew: false });
    await letDaysPass(off, 40);
    await look();
    expect((await settled(fresh)).renewal).toMatchObject({ reason: 'not_begun', nextAttemptAt: null, dueAt: null });
    const { renewal, renewAt } = await settled(notDue);
    expect(renewal).toMatchObject({ reason: 'not_due', nextAttemptAt: renewAt, dueAt: renewAt, dueBasis: 'third' });
    expect((await settled(off)).renewal).toMatchObject({ reason: 'off', nextAttemptAt: null });
    expect([await renewals(fresh), await renewals(off)]).toMatchObject([[], [{ created_by: 'user' }]]);
    // Switched on again, it is begun: it was due all the time.
    await server.call(`PATCH ${path(off)}`, { autoRenew: true });
    expect((await read(off)).renewal.reason).toBe('due');
    await look();
    await settled(off);
    expect(await renewals(off)).toMatchObject([{ created_by: 'user' }, { created_by: 'auto', status: 'completed' }]);
  }, 60_000);

  it('again after 1, 10 and 100 minutes and then daily while it fails, and tells why', async () => {
    const id = await addDeployed();
    await letDaysPass(id, 25);
    const gone = [{ connectionId, certificatePath: `${folder}/gone/a.pem`, keyPath: `${folder}/gone/a.key` }];
    await server.call(`PATCH ${path(id)}`, { targets: gone });
    await query('UPDATE certificate_targets SET deployed_version = 1 WHERE certificate_id = $1', [id]);
    for (const [index, minutes] of [1, 10, 100, 1_440, 1_440].entries()) {
      await look();
      const { renewal } = await waitUntil(
        'it has failed once more',
        async () => {
          const certificate = await settled(id);
          return certificate.renewal.failures === index + 1 ? certificate : undefined;
        },
        30_000,
      );
      expect(renewal).toMatchObject({
        reason: 'failed',
        lastAttempt: { status: 'failed', createdBy: 'auto', error: expect.stringMatching(/gone/) as string },
      });
      const waits = Date.parse(renewal.nextAttemptAt ?? '') - Date.parse(renewal.lastAttempt?.endedAt ?? '');
      expect(waits / 60_000).toBeGreaterThanOrEqual(minutes);
      expect(waits / 60_000).toBeLessThanOrEqual(minutes * 1.11);
      await comeDue(id);
    }
    // It issued one certificate in all.
    expect((await read(id)).version?.number).toBe(2);
  }, 120_000);

  it('not within the hour after somebody cancelled it', async () => {
    const id = await addDeployed();
    await sshd.freeze();
    let cancelled: string;
    try {
      await letDaysPass(id, 25);
      await look();
      const running = await waitUntil('it runs', async () => (await renewals(id)).at(1));
      cancelled = running.id;
      await server.call(`POST /operations/${cancelled}/cancel`);
      await server.ended(cancelled);
    } finally {
      await sshd.thaw();
    }
    await look();
    const { renewal } = await settled(id);
    expect(renewal).toMatchObject({ reason: 'cancelled', failures: 0, lastAttempt: { operationId: cancelled } });
    const waits = Date.parse(renewal.nextAttemptAt ?? '') - Date.parse(renewal.lastAttempt?.endedAt ?? '');
    expect(waits).toBe(3_600_000);
    expect(await renewals(id)).toHaveLength(2);
  }, 60_000);

  it('the expired first, and only some at once', async () => {
    const ids: number[] = [];
    for (let index = 0; index < 6; index += 1) ids.push(await addDeployed());
    // All of them are due; the last one that was made has expired.
    for (const [index, id] of ids.entries()) await letDaysPass(id, index === 5 ? 31 : 25);
    await sshd.freeze();
    try {
      await look();
      const begun = await query<{ target: string }>(
        `SELECT target FROM operations WHERE created_by = 'auto' AND status IN ('pending', 'in_progress') ORDER BY id`,
      );
      expect(begun).toHaveLength(4);
      expect(Number(begun[0]?.target)).toBe(ids[5]);
    } finally {
      await sshd.thaw();
    }
    // Each that ends makes room for one that waits.
    for (const id of ids)
      await waitUntil('each had its turn', async () => (await renewals(id)).length >= 2 || undefined, 60_000);
  }, 120_000);
});
