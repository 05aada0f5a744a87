import type { ReportLine } from '../report/report.js';
import type { BenchDatabase } from '../setup/bench-database.js';
import type { CleanUp } from '../setup/clean-up.js';
import type { SshFleet } from '../setup/ssh-fleet.js';

/** What every line is given. */
export interface Bench {
  /** How often each measurement is repeated; the table shows medians. */
  readonly rounds: number;
  /** Postgres for Lockstep and its peers alike. */
  readonly database: BenchDatabase;
  /** Fifty loopback hosts, started by the first line that wants them. */
  readonly fleet: () => Promise<SshFleet>;
  /** Ends what the line started, as soon as it is done. */
  readonly cleanUp: CleanUp;
}

/** One benchmark: gives one or several lines of the table. */
export type BenchLine = (bench: Bench) => Promise<ReportLine[]>;
