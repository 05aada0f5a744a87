import { randomBytes } from 'node:crypto';
import type { ServiceState } from '@lockstep/contract';

export interface UnitPlan {
  readonly name: string;
  readonly description: string;
  /** Units that systemd would stop and start with it. */
  readonly requiredBy?: readonly string[];
  /** It comes up and ends again. */
  readonly fails?: boolean;
}

export interface UnitMoment {
  readonly at: Date;
  readonly state: ServiceState;
  readonly subState: string;
  readonly invocation: string;
}

interface JournalLine {
  readonly at: Date;
  readonly text: string;
}

/** Milliseconds from a start until a unit that fails has ended. */
const failsAfterMs = 2_000;
const mostLines = 500;

/** A unit whose states and log are known in advance by the clock, so that nothing has to run meanwhile. */
export class SimulatedUnit {
  private moments: UnitMoment[];
  private journal: JournalLine[];
  private processId = 400 + Math.floor(Math.random() * 2_000);

  constructor(readonly plan: UnitPlan) {
    const at = new Date(Date.now() - process.uptime() * 1_000 - 3_600_000);
    this.moments = [{ at, state: 'active', subState: 'running', invocation: newInvocation() }];
    this.journal = [{ at, text: `systemd[1]: Started ${plan.name} - ${plan.description}.` }];
  }

  get current(): UnitMoment {
    const now = Date.now();
    const [first] = this.moments;
    const moment = this.moments.findLast(({ at }) => at.getTime() <= now) ?? first;
    if (!moment) throw new Error('A simulated unit has been in some state since it was made.');
    return moment;
  }

  /** Stops and starts it within so many milliseconds. */
  restart(withinMs: number): void {
    const { name, description, fails } = this.plan;
    const stopped = this.current.state === 'active';
    const invocation = newInvocation();
    const [now, half, up] = [0, withinMs / 2, withinMs].map((ms) => new Date(Date.now() + ms)) as [Date, Date, Date];
    this.processId += 7;
    this.moments = [
      this.current,
      ...(stopped ? [{ ...this.current, at: now, state: 'deactivating' as const, subState: 'stop-sigterm' }] : []),
      { at: half, state: 'activating', subState: 'start', invocation },
      { at: up, state: 'active', subState: 'running', invocation },
    ];
    this.write(now, `systemd[1]: Stopping ${name} - ${description}...`);
    this.write(half, `systemd[1]: Starting ${name} - ${description}...`);
    this.write(up, `systemd[1]: Started ${name} - ${description}.`);
    if (fails) this.failAfter(up, invocation);
  }

  /** Lines as `journalctl --output=short-unix` prints them, oldest first. */
  log(hostName: string): string[] {
    const now = Date.now();
    return this.journal
      .filter(({ at }) => at.getTime() <= now)
      .map(({ at, text }) => `${(at.getTime() / 1_000).toFixed(6)} ${hostName} ${text}`);
  }

  private failAfter(up: Date, invocation: string): void {
    const { name } = this.plan;
    const at = new Date(up.getTime() + failsAfterMs);
    const stem = name.replace(/\.service$/, '');
    this.moments.push({ at, state: 'failed', subState: 'failed', invocation });
    this.write(up, `${stem}[${String(this.processId)}]: reading /etc/${stem}.conf`);
    this.write(
      at,
      `${stem}[${String(this.processId)}]: fatal: cannot connect to the database at 127.0.0.1:5432 (simulated)`,
    );
    this.write(at, `systemd[1]: ${name}: Main process exited, code=exited, status=1/FAILURE`);
    this.write(at, `systemd[1]: ${name}: Failed with result 'exit-code'.`);
  }

  private write(at: Date, text: string): void {
    this.journal = [...this.journal, { at, text }].slice(-mostLines);
  }
}

const newInvocation = (): string => randomBytes(16).toString('hex');
