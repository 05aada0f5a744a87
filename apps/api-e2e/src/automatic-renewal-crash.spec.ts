import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate, Operation, StartAnswer } from '@lockstep/contract';
import {
  type LockstepServer,
  type Sshd,
  startLockstep,
  startSshd,
  testAdministrator,
  waitUntil,
} from '@lockstep/server-testing';
import { administratorOf } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { connectTo } from './support/healthy-connection.js';
import { holdStart } from './support/held-write.js';
import { openSession, requestOk } from './support/rest-client.js';

describe('an automatic renewal whose server is killed (-9)', () => {
  let server: LockstepServer;
  let sshd: Sshd;
  let table: EventTable;
  let folder: string;
  let token: string;

  beforeAll(async () => {
    [server, sshd] = await Promise.all([startLockstep(), startSshd()]);
    table = EventTable.open(server.databaseUrl);
    folder = await mkdtemp(join(tmpdir(), 'lockstep-automatic-'));
    await chmod(folder, 0o777);
    ({ token } = await openSession(server.url, testAdministrator));
  }, 120_000);
  afterAll(async () => {
    await table.close();
    await rm(folder, { recursive: true, force: true });
    await endAll(server, sshd);
  }, 60_000);

  const ask = <Body>(line: string, body?: unknown): Promise<Body> =>
    requestOk<Body>(server.url, line, { token, ...(body !== undefined && { body }) });
  const ended = (id: string): Promise<Operation> =>
    waitUntil(
      'it ends',
      async () => {
        const operation = await ask<Operation>(`GET /operations/${id}`);
        return operation.completedAt === null ? undefined : operation;
      },
      60_000,
    );

  /** A server looks every 20 seconds. */
  const isDue = (): Promise<true> =>
    waitUntil(
      'it is planned for now, and not claimed',
      async () => {
        const [row] = await table.query<{ due: boolean }>('SELECT next_attempt_at <= now() AS due FROM certificates');
        return row?.due === true || undefined;
      },
      60_000,
    );

  test('between its claim and its start is neither lost nor begun twice', async () => {
    const { id: connectionId } = await connectTo(await administratorOf(server.url), sshd, { name: 'web' });
    const files = { certificatePath: `${folder}/shop.pem`, keyPath: `${folder}/shop.key` };
    const input = { name: 'shop', domains: ['shop.example'], issuerId: 1, targets: [{ connectionId, ...files }] };
    const { id } = await ask<Certificate>('POST /certificates', input);
    const { operationId } = await ask<StartAnswer>(`POST /certificates/${id}/renew`);
    expect(await ended(operationId)).toMatchObject({ status: 'completed' });

    const held = await holdStart(table, connectionId);
    // 25 days go by. An operation that has ended does not change, unless nobody looks.
    await table.query(`SET session_replication_role = replica;
      UPDATE operations SET completed_at = completed_at - interval '25 days';
      SET session_replication_role = DEFAULT`);
    await table.query(`UPDATE certificate_versions SET not_before = not_before - interval '25 days',
      not_after = not_after - interval '25 days', renew_at = renew_at - interval '25 days'`);
    try {
      await isDue();
      await held.caught();
      await server.kill9();
    } finally {
      await held.letGo();
    }

    const renewals = (): Promise<{ id: string; created_by: string }[]> =>
      table.query('SELECT id, created_by FROM operations WHERE target = $1 ORDER BY id', [String(id)]);
    await isDue();
    expect(await renewals()).toMatchObject([{ created_by: 'user' }]);

    await server.start();
    const begun = await waitUntil('it is begun', async () => (await renewals()).at(1)?.id, 60_000);
    expect(await ended(begun)).toMatchObject({ status: 'completed', createdBy: 'auto' });
    const { renewal } = await ask<Certificate>(`GET /certificates/${id}`);
    expect(renewal).toMatchObject({ reason: 'not_due', failures: 0, lastAttempt: { operationId: begun } });
    expect(await renewals()).toHaveLength(2);
  }, 180_000);
});
