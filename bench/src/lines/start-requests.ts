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
const atOnce = 50;

interface Burst {
  /** Milliseconds to half of the answers. */
  readonly p50: number;
  /** Milliseconds to the last answer. */
  readonly last: number;
}

type Kind = 'insert' | 'start' | 'join';

/** Fifty POSTs at once that start an operation, or join one, against a route that inserts a row. */
export async function startRequests(bench: Bench): Promise<ReportLine[]> {
  const { cleanUp } = bench;
  const url = await bench.database.create('starts');
  const lockstep = cleanUp.with(await startLockstepUnderTest({ database: url }), (it) => it.dispose());
  const ids = await connectSilentHosts(lockstep, cleanUp);
  const burstOf: Record<Kind, () => Promise<Burst>> = {
    insert: await insertBurst(bench, ids),
    start: () => startBurst(lockstep, ids),
    join: () => joinBurst(lockstep, ids),
  };
  const bursts: Record<Kind, Burst[]> = { insert: [], start: [], join: [] };
  for (let round = -warmUps; round < bench.rounds; round += 1) {
    for (const kind of ['insert', 'start', 'join'] as const) {
      const result = await burstOf[kind]();
      await whenIdle(lockstep);
      if (round >= 0) bursts[kind].push(result);
    }
  }
  return (['start', 'join'] as const).flatMap((kind) =>
    (['p50', 'last'] as const).map((of) => compare(kind, of, bursts)),
  );
}

/** Sends everything at once. @returns times and answers */
async function send<Answer>(
  ids: readonly number[],
  one: (id: number) => Promise<Answer>,
): Promise<Burst & { answers: Answer[] }> {
  const begin = performance.now();
  const times: number[] = [];
  const answers = await Promise.all(
    ids.map(async (id) => {
      const answer = await one(id);
      times.push(performance.now() - begin);
      return answer;
    }),
  );
  return { p50: percentile(times, 0.5), last: Math.max(...times), answers };
}

async function insertBurst({ cleanUp, database }: Bench, ids: readonly number[]): Promise<() => Promise<Burst>> {
  const peer = cleanUp.with(PeerProcess.start('insert-route', [await database.create('starts_peer')]), (it) =>
    it.stop(),
  );
  const { port } = await peer.next<{ port: number }>();
  const client = cleanUp.with(new HttpClient(`http://127.0.0.1:${String(port)}`), (it) => it.close());
  return () => send(ids, (id) => client.expect(202, { method: 'POST', path: `/connections/${String(id)}/request` }));
}

async function startBurst(lockstep: LockstepUnderTest, ids: readonly number[]): Promise<Burst> {
  const result = await send(ids, (id) => test(lockstep, id, 'started'));
  await Promise.all(result.answers.map((answer) => cancel(lockstep, answer)));
  return result;
}

async function joinBurst(lockstep: LockstepUnderTest, ids: readonly number[]): Promise<Burst> {
  const [first = 0] = ids;
  const running = await test(lockstep, first, 'started');
  await pause(100);
  const result = await send(ids, () => test(lockstep, first, 'already_running'));
  await cancel(lockstep, running);
  return result;
}

async function test(lockstep: LockstepUnderTest, id: number, wanted: StartAnswer['status']): Promise<StartAnswer> {
  const call = { method: 'POST', path: `/api/connections/${String(id)}/test-connection` };
  const answer = await lockstep.api.expect<StartAnswer>(202, call);
  if (answer.status !== wanted) throw new Error(`Connection ${String(id)} is ${answer.status}, not ${wanted}.`);
  return answer;
}

async function cancel({ api }: LockstepUnderTest, { operationId }: StartAnswer): Promise<void> {
  await api.expect(202, { method: 'POST', path: `/api/operations/${operationId}/cancel` });
}

/**
 * Connections to a host that takes calls and says nothing. An operation on it begins and stays active until it is
 * cancelled, and the host's own work does not count: in life it is done on another machine.
 */
async function connectSilentHosts(lockstep: LockstepUnderTest, cleanUp: CleanUp): Promise<number[]> {
  const sockets = new Set<Socket>();
  const host = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  cleanUp.with(host, () => {
    for (const socket of sockets) socket.destroy();
    host.close();
  });
  await once(host, 'listening');
  const { port } = host.address() as AddressInfo;
  const common = {
    host: '127.0.0.1',
    port,
    username: 'nobody',
    credential: { kind: 'password', password: 'none' },
  } as const;
  const ids: number[] = [];
  for (let number = 1; number <= atOnce; number += 1) {
    ids.push((await lockstep.createConnection({ ...common, name: `silent-${String(number)}` })).id);
  }
  return ids;
}

async function whenIdle(lockstep: LockstepUnderTest): Promise<void> {
  const call = { method: 'GET', path: '/api/operations?status=pending,in_progress&limit=1' };
  while ((await lockstep.api.expect<{ total: number }>(200, call)).total > 0) await pause(100);
}

const names = { start: '`started`, 50 connections', join: '`already_running`, one connection' };

function compare(kind: 'start' | 'join', of: keyof Burst, bursts: Record<Kind, Burst[]>): ReportLine {
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
