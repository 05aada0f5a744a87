import { setTimeout as pause } from 'node:timers/promises';
import { type LockstepServer, startLockstep, waitUntil } from '@lockstep/server-testing';
import type { Socket } from 'socket.io-client';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { EventTable } from './support/event-table.js';
import { residentBytes } from './support/process-facts.js';
import { RecorderClient } from './support/recorder-client.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';

const mebibyte = 1_048_576;

/** The websocket below a client. */
const lineOf = (socket: Socket | undefined): { pause(): void; resume(): void } =>
  (socket?.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws;

describe('a client that stops reading', () => {
  let server: LockstepServer;
  let administrator: ApiClient;
  let table: EventTable;
  let host: StuckHost;

  beforeAll(async () => {
    [server, host] = await Promise.all([startLockstep(), startStuckHost()]);
    administrator = await administratorOf(server.url);
    table = EventTable.open(server.databaseUrl);
  }, 60_000);
  afterAll(async () => {
    await table.close();
    await endAll(server, host);
  }, 60_000);

  /** Output as a worker writes it, about 10 MB/s; an operation's own would be cut at one mebibyte. */
  const pourOutput = async (connectionId: number, operationId: string, mebibytes: number): Promise<void> => {
    for (let round = 0; round < mebibytes; round += 1) {
      await table.query(
        `WITH written AS (
           INSERT INTO operation_events (connection_id, position, operation_id, sequence, at, kind, data)
           SELECT $1::integer, s.position + n, $2::uuid, 1000000 + s.position + n, clock_timestamp(), 'log',
             jsonb_build_object('lines', jsonb_build_array(jsonb_build_object(
               'at', '2026-01-01T00:00:00.000Z', 'step', null, 'stream', 'stdout', 'text', repeat('0123456789abcdef', 1000))))
           FROM generate_series(1, 64) AS n, connection_streams s WHERE s.connection_id = $1::integer
         ), moved AS (
           UPDATE connection_streams SET position = position + 64, touched_at = clock_timestamp() WHERE connection_id = $1::integer
         )
         SELECT pg_notify('operation_events', $1::integer::text)`,
        [connectionId, operationId],
      );
      await pause(100);
    }
  };

  /** The most memory that the server held while the work went on. */
  const mostResident = async (work: Promise<void>): Promise<number> => {
    let going = true;
    void work.finally(() => (going = false));
    let most = 0;
    while (going) {
      most = Math.max(most, await residentBytes(server.pid));
      await pause(50);
    }
    await work;
    return most;
  };

  /** The most memory held with everybody reading, once more of the same does not raise it: then the heap has its size. */
  const mostUsually = async (connectionId: number, operationId: string): Promise<number> => {
    let most = await mostResident(pourOutput(connectionId, operationId, 20));
    for (let round = 0; round < 6; round += 1) {
      const again = await mostResident(pourOutput(connectionId, operationId, 20));
      const hasSettled = again - most < 2 * mebibyte;
      most = Math.max(most, again);
      if (hasSettled) break;
    }
    return most;
  };

  test('is cut, costs the server less than 50 MB, disturbs nobody, and is current again when it comes back', async () => {
    const { id } = await administrator.createConnection({
      name: 'loud',
      port: host.port,
      hostKeyFingerprint: host.fingerprint,
    });
    const { id: operationId } = await administrator.tested(id);
    const token = administrator.token ?? '';
    const [reader, sleeper] = [new RecorderClient(token, id), new RecorderClient(token, id)];
    let ended = false;
    await reader.follow(server.url);
    await sleeper.follow(server.url, (socket) => socket.on('disconnect', () => (ended = true)));
    const usual = await mostUsually(id, operationId);
    lineOf(sleeper.socket).pause();
    const most = await mostResident(pourOutput(id, operationId, 40));
    await waitUntil('it is cut', () => (/does not read was cut/.test(server.log()) ? true : undefined));
    expect((most - usual) / mebibyte).toBeLessThan(50);

    lineOf(sleeper.socket).resume();
    await waitUntil('it notices', () => (ended ? true : undefined));
    const stored = await table.ofConnection(id);
    await reader.reaches(stored.length);
    expect(reader.differences(stored)).toEqual([]);
    expect(reader.socket?.connected).toBe(true);
    sleeper.cut();
    // What it missed, or the snapshot with reset when that is too much: how much it had read is up to the kernel.
    expect(await sleeper.follow(server.url)).toMatchObject({ position: stored.length });
    expect(await administrator.tested(id)).toMatchObject({ status: 'completed' });
    const all = await table.ofConnection(id);
    for (const client of [reader, sleeper]) {
      await client.reaches(all.length);
      expect(client.differences(all)).toEqual([]);
    }
    [reader, sleeper].forEach((client) => client.cut());
  }, 180_000);
});
