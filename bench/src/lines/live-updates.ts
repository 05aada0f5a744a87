import { setTimeout as pause } from 'node:timers/promises';
import { type ReportLine, milliseconds } from '../report/report.js';
import { median, percentile } from '../report/statistics.js';
import { Audience } from '../setup/audience.js';
import { startLockstepUnderTest } from '../setup/lockstep.js';
import { PeerProcess } from '../setup/peer-process.js';
import type { Bench } from './bench-line.js';
import { OperationWriter } from './operation-writer.js';

const changesPerRound = 60;
const changesToWarmUp = 40;
/** Milliseconds between two changes, so that each is measured alone. */
const gapMs = 15;
const aims = { p50: 3, p99: 10 };

interface Round {
  readonly p50: number;
  readonly p99: number;
}

/** From the commit of a change to its arrival at every socket, against Socket.IO that emits the same without a database. */
export async function liveUpdates(bench: Bench): Promise<ReportLine[]> {
  const { cleanUp } = bench;
  const url = await bench.database.create('live');
  const lockstep = cleanUp.with(await startLockstepUnderTest({ database: url }), (it) => it.dispose());
  const { id: connectionId } = await lockstep.createConnection({
    name: 'host-1',
    host: '127.0.0.1',
    username: 'nobody',
    credential: { kind: 'password', password: 'none' },
  });
  const writer = cleanUp.with(await OperationWriter.begin(url, connectionId), (it) => it.end());
  const peer = cleanUp.with(PeerProcess.start('bare-socket-server'), (it) => it.stop());
  const { port } = await peer.next<{ port: number }>();
  const lines: ReportLine[] = [];
  for (const size of [1, 200]) {
    const followers = await Audience.gather(lockstep.server.url, { size, connectionId, token: lockstep.token });
    const listeners = await Audience.gather(`http://127.0.0.1:${String(port)}`, { size, connectionId });
    const change = (): Promise<number[]> => followers.time(writer.nextPosition, () => writer.change());
    await repeat(changesToWarmUp, change);
    const emit = async (): Promise<number[]> => {
      const payload = followers.latest;
      if (!payload) throw new Error('No update has arrived yet.');
      return listeners.time(payload.position, async () => (await peer.ask<{ at: bigint }>(payload)).at);
    };
    await repeat(changesToWarmUp, emit);
    const rounds = { lockstep: [] as Round[], bare: [] as Round[] };
    for (let round = 0; round < bench.rounds; round += 1) {
      rounds.bare.push(summary(await repeat(changesPerRound, emit)));
      rounds.lockstep.push(summary(await repeat(changesPerRound, change)));
    }
    followers.leave();
    listeners.leave();
    lines.push(compare(size, 'p50', rounds), compare(size, 'p99', rounds));
  }
  return lines;
}

async function repeat(count: number, one: () => Promise<number[]>): Promise<number[]> {
  const all: number[] = [];
  for (let done = 0; done < count; done += 1) {
    all.push(...(await one()));
    await pause(gapMs);
  }
  return all;
}

const summary = (times: readonly number[]): Round => ({ p50: percentile(times, 0.5), p99: percentile(times, 0.99) });

function compare(size: number, of: keyof Round, rounds: { lockstep: Round[]; bare: Round[] }): ReportLine {
  const [lockstep, bare] = [rounds.lockstep, rounds.bare].map((all) => median(all.map((round) => round[of]))) as [
    number,
    number,
  ];
  const difference = lockstep - bare;
  return {
    measured: `change committed → seen by ${String(size)} socket${size === 1 ? '' : 's'}, ${of}`,
    lockstep: milliseconds(lockstep),
    against: `bare Socket.IO emit of the same payload: ${milliseconds(bare)}`,
    comparison: `${difference < 0 ? '−' : '+'} ${milliseconds(Math.abs(difference))}`,
    aim: `≤ + ${String(aims[of])} ms`,
    met: difference <= aims[of],
  };
}
