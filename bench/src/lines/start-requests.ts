import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { StartAnswer } from '@lockstep/contract';
import { type ReportLine, milliseconds, ratioLine } from '../report/report.js';
import { median, percentile } from '../report/statistics.js';
import type { CleanUp } from '../setup/clean-up.js';
import { HttpClient } from '../setup/http-client.js';
import { type LockstepUnderTest, startLockstepUnderTest } from '../setup/lockstep.js';
import { PeerProcess } from '../setup/peer-process.js';
import type { Bench } from './bench-line.js';

/** Bursts before the measured ones: connections are opened and the code is warm. */
const warmUps = 3;
const mostTimesThePeer = 2;

interface Burst {
  /** Milliseconds to half of the answers. */
  readonly p50: number;
  /** Milliseconds to the last answer. */
  readonly last: number;
}

/** Fifty POSTs at once that start an operation, or join one, against a route that inserts a row. */
export async function startRequests(bench: Bench): Promise<ReportLine[]> {
  const { cleanUp } = bench;
  const lockstep = cleanUp.with(
    await startLockstepUnderTest({ database: await bench.database.create('starts') }),
    (it) => it.dispose(),
  );
  const peer = cleanUp.with(PeerProcess.start('insert-route', [await bench.database.create('starts_peer')]), (it) =>
    it.stop(),
  );
  const { port } = await peer.next<{ port: number }>();
  const inserting = cleanUp.with(new HttpClient(`http://127.0.0.1:${String(port)}`), (it) => it.close());
  const ids: number[] = [];
  for (const input of (await bench.fleet()).connections()) ids.push((await lockstep.createConnection(input)).id);

  const insert = (): Promise<Burst> =>
    burst(ids, (id) => inserting.expect(202, { method: 'POST', path: `/connections/${String(id)}/request` }));
  const start = (): Promise<Burst> => burst(ids, (id) => test(lockstep, id, 'started'));
  const silent = await connectSilentHost(lockstep, cleanUp);
  const join = (): Promise<Burst> => joinOn(lockstep, { id: silent, atOnce: ids.length });
  const bursts = { insert: [] as Burst[], start: [] as Burst[], join: [] as Burst[] };
  for (let round = -warmUps; round < bench.rounds; round += 1) {
    const one = { insert: await insert(), start: await start(), join: await whenIdle(lockstep).then(join) };
    await whenIdle(lockstep);
    if (round < 0) continue;
    bursts.insert.push(one.insert);
    bursts.start.push(one.start);
    bursts.join.push(one.join);
  }
  return (['start', 'join'] as const).flatMap((kind) =>
    (['p50', 'last'] as const).map((of) => compare(kind, of, bursts)),
  );
}

async function burst(ids: readonly number[], send: (id: number) => Promise<unknown>): Promise<Burst> {
  const begin = performance.now();
  const times = await Promise.all(ids.map((id) => send(id).then(() => performance.now() - begin)));
  return { p50: percentile(times, 0.5), last: Math.max(...times) };
}

async function test(lockstep: LockstepUnderTest, id: number, wanted: StartAnswer['status']): Promise<StartAnswer> {
  const call = { method: 'POST', path: `/api/connections/${String(id)}/test-connection` };
  const answer = await lockstep.api.expect<StartAnswer>(202, call);
  if (answer.status !== wanted)
    throw new Error(`Connection ${String(id)} answered ${answer.status} instead of ${wanted}.`);
  return answer;
}

/** A host that takes connections and says nothing: an operation on it stays active until it is cancelled. */
async function connectSilentHost(lockstep: LockstepUnderTest, cleanUp: CleanUp): Promise<number> {
  const sockets = new Set<Socket>();
  const host = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  cleanUp.with(host, () => {
    for (const socket of sockets) socket.destroy();
    host.close();
  });
  await once(host, 'listening');
  const { port } = host.address() as AddressInfo;
  const credential = { kind: 'password', password: 'none' } as const;
  return (await lockstep.createConnection({ name: 'silent', host: '127.0.0.1', port, username: 'nobody', credential }))
    .id;
}

async function joinOn(lockstep: LockstepUnderTest, { id, atOnce }: { id: number; atOnce: number }): Promise<Burst> {
  const { operationId } = await test(lockstep, id, 'started');
  await pause(100);
  const result = await burst(
    Array.from({ length: atOnce }, () => id),
    (each) => test(lockstep, each, 'already_running'),
  );
  await lockstep.api.expect(202, { method: 'POST', path: `/api/operations/${operationId}/cancel` });
  return result;
}

async function whenIdle(lockstep: LockstepUnderTest): Promise<void> {
  const call = { method: 'GET', path: '/api/operations?status=pending,in_progress&limit=1' };
  while ((await lockstep.api.expect<{ total: number }>(200, call)).total > 0) await pause(100);
}

const names = { start: '`started`, 50 connections', join: '`already_running`, one connection' };

function compare(
  kind: 'start' | 'join',
  of: keyof Burst,
  bursts: Record<'insert' | 'start' | 'join', Burst[]>,
): ReportLine {
  const middle = (all: readonly Burst[]): number => median(all.map((each) => each[of]));
  return ratioLine(
    `POST …/test-connection → 202, 50 at once, ${names[kind]}, ${of === 'p50' ? 'p50' : 'last answer'}`,
    {
      lockstep: middle(bursts[kind]),
      peer: middle(bursts.insert),
      peerName: 'Nest route that inserts one row',
      show: milliseconds,
      most: mostTimesThePeer,
    },
  );
}
