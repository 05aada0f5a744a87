/**
 * `npm run bench`: prints a Markdown table. Every figure stands beside a peer or a limit that was measured in the same
 * run, because absolute times tell about the machine. `npm run bench -- live starts --rounds=3` takes a part.
 */
import { parseArgs } from 'node:util';
import type { Bench, BenchLine } from './lines/bench-line.js';
import { certificates } from './lines/certificates.js';
import { firstPage } from './lines/first-page.js';
import { footprint } from './lines/footprint.js';
import { liveUpdates } from './lines/live-updates.js';
import { scrolling } from './lines/scrolling.js';
import { sshTests } from './lines/ssh-tests.js';
import { startRequests } from './lines/start-requests.js';
import { describeMachine } from './report/machine.js';
import { type ReportLine, notMeasured, toMarkdown } from './report/report.js';
import { startBenchDatabase } from './setup/bench-database.js';
import { CleanUp } from './setup/clean-up.js';
import { type SshFleet, startSshFleet } from './setup/ssh-fleet.js';

const lines: Readonly<Record<string, BenchLine>> = {
  live: liveUpdates,
  starts: startRequests,
  tests: sshTests,
  certificates,
  footprint,
  page: firstPage,
  scrolling,
};
const hosts = 50;
const usualRounds = 5;

function readChoice(): { names: string[]; rounds: number } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
  const unknown = positionals.filter((name) => !(name in lines));
  if (unknown.length > 0)
    throw new Error(`There is no line ${unknown.join(', ')}. There are: ${Object.keys(lines).join(', ')}.`);
  const rounds = Number(values.rounds ?? usualRounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1.');
  return { names: positionals.length > 0 ? positionals : Object.keys(lines), rounds };
}

async function run(names: readonly string[], rounds: number): Promise<ReportLine[]> {
  const whole = new CleanUp();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void whole.run().finally(() => process.exit(1)));
  }
  try {
    const database = whole.with(await startBenchDatabase(), (it) => it.stop());
    let started: Promise<SshFleet> | undefined;
    const fleet = (): Promise<SshFleet> =>
      (started ??= startSshFleet(hosts).then((running) => whole.with(running, (it) => it.stop())));
    const report: ReportLine[] = [];
    for (const name of names) {
      const cleanUp = whole.with(new CleanUp(), (it) => it.run());
      report.push(...(await measure(name, { rounds, database, fleet, cleanUp })));
    }
    return report;
  } finally {
    await whole.run();
  }
}

async function measure(name: string, bench: Bench): Promise<ReportLine[]> {
  const line = lines[name];
  if (!line) throw new Error(`There is no line ${name}.`);
  process.stderr.write(`… ${name}\n`);
  try {
    return await line(bench);
  } catch (error) {
    // The other lines are still worth their time.
    tell(error);
    return [notMeasured(name, 'it failed, see above')];
  } finally {
    await bench.cleanUp.run();
  }
}

function tell(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}

try {
  const { names, rounds } = readChoice();
  const machine = describeMachine();
  const begin = performance.now();
  const report = await run(names, rounds);
  const took = ((performance.now() - begin) / 1_000).toFixed(0);
  process.stdout.write(`${machine}; medians of ${String(rounds)} rounds, ${took} s in all.\n\n${toMarkdown(report)}`);
} catch (error) {
  tell(error);
}
