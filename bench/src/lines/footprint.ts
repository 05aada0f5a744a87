import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@lockstep/server-testing';
import { type ReportLine, megabytes, milliseconds, ratioLine } from '../report/report.js';
import { median } from '../report/statistics.js';
import { HttpClient } from '../setup/http-client.js';
import { startLockstepUnderTest } from '../setup/lockstep.js';
import { PeerProcess } from '../setup/peer-process.js';
import type { Bench } from './bench-line.js';

/** Milliseconds after the first answer until memory is read. */
const idleMs = 3_000;
const lookMs = 2;

interface Footprint {
  readonly startMs: number;
  readonly residentBytes: number;
}

/** Start to first answer and memory at rest, against a Nest application with one route and no database. */
export async function footprint(bench: Bench): Promise<ReportLine[]> {
  const { server } = bench.cleanUp.with(await startLockstepUnderTest({ database: 'embedded' }), (it) => it.dispose());
  const ofLockstep: Footprint[] = [];
  const ofNest: Footprint[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    await server.stop();
    ofLockstep.push(
      await measure({ url: server.url, path: '/api/health/ready', start: () => server.start(), pid: () => server.pid }),
    );
    ofNest.push(await measureNest());
  }
  const middle = (all: readonly Footprint[], of: keyof Footprint): number => median(all.map((each) => each[of]));
  const common = (of: keyof Footprint) => ({
    lockstep: middle(ofLockstep, of),
    peer: middle(ofNest, of),
    peerName: 'bare Nest application',
  });
  return [
    ratioLine('warm start to the first answer, embedded Postgres included', {
      ...common('startMs'),
      show: milliseconds,
    }),
    ratioLine('memory of the server’s process at rest (resident)', { ...common('residentBytes'), show: megabytes }),
  ];
}

async function measureNest(): Promise<Footprint> {
  const port = await freePort();
  let peer: PeerProcess | undefined;
  const start = (): Promise<void> => {
    peer = PeerProcess.start('bare-nest', [String(port)]);
    return Promise.resolve();
  };
  const result = await measure({
    url: `http://127.0.0.1:${String(port)}`,
    path: '/',
    start,
    pid: () => peer?.pid ?? 0,
  });
  await peer?.stop();
  return result;
}

interface Program {
  readonly url: string;
  readonly path: string;
  readonly start: () => Promise<unknown>;
  readonly pid: () => number;
}

async function measure({ url, path, start, pid }: Program): Promise<Footprint> {
  const client = new HttpClient(url);
  const begin = performance.now();
  const starting = start();
  await firstAnswer(client, path);
  const startMs = performance.now() - begin;
  await starting;
  client.close();
  await pause(idleMs);
  return { startMs, residentBytes: await residentBytes(pid()) };
}

async function firstAnswer(client: HttpClient, path: string): Promise<void> {
  for (;;) {
    const status = await client.send('GET', path).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status === 200) return;
    await pause(lookMs);
  }
}

/** From `/proc`, so Linux only. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}
