import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { isDatabaseUnavailable } from '@lockstep/server-database';
import { Logger as JobLogger, type Runner, type TaskList, type WorkerEvents, run } from 'graphile-worker';
import pg from 'pg';

/** How the queue is worked on. */
interface JobRunnerOptions {
  readonly url: string;
  /** Jobs at once. */
  readonly workers: number;
  readonly taskList: TaskList;
  readonly warn: (message: string) => void;
}

/**
 * Keeps workers at the job queue for as long as it is not stopped. graphile-worker gives up for good when it cannot put a job
 * away because Postgres just left (and without a batch delay that even ends the process, as a promise nobody hears). Here a
 * runner that gives up is followed by a fresh one at once; what it still runs goes on. The job that it could not put away
 * stays locked and is not missed: jobs are hints, and whatever is still to be done is found by the sweeper.
 */
export class JobRunner {
  private readonly pool: pg.Pool;
  private readonly closing = new AbortController();
  private readonly ending = new Set<Promise<unknown>>();
  private current: Runner | undefined;

  constructor(private readonly options: JobRunnerOptions) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.workers + 2,
      application_name: 'lockstep queue',
      // That a job was taken or put away need not be on the disk: one that Postgres forgets in a crash is looked at again.
      options: '-c synchronous_commit=off',
    });
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Resolves once jobs are taken. */
  async start(): Promise<void> {
    const events: WorkerEvents = new EventEmitter();
    events.once('pool:gracefulShutdown', () => void this.replace());
    const runner = await run({
      pgPool: this.pool,
      concurrency: this.options.workers,
      pollInterval: 1_000,
      noHandleSignals: true,
      events,
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      logger: this.logger(),
      taskList: this.options.taskList,
    });
    const ended = runner.promise.catch(() => undefined).finally(() => this.ending.delete(ended));
    this.ending.add(ended);
    this.current = runner;
    if (this.closing.signal.aborted) await this.stop();
  }

  /** No job is taken from now on. Resolves when those that run have ended. */
  async stop(): Promise<void> {
    this.closing.abort();
    await this.current?.stop().catch(() => undefined);
    await Promise.all(this.ending);
  }

  /** Call it last: jobs that end later cannot be put away any more. */
  async close(): Promise<void> {
    await this.pool.end();
  }

  private async replace(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        await this.start();
        return;
      } catch (error) {
        if (!isDatabaseUnavailable(error)) this.options.warn(`Job queue: ${String(error)}`);
        await pause(500, undefined, { signal: this.closing.signal }).catch(() => undefined);
      }
    }
  }

  private logger(): JobLogger {
    return new JobLogger(() => (level, message) => {
      if (level === 'error') this.options.warn(`Job queue: ${message}`);
    });
  }
}
