import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '@lockstep/server-database';
import { clockAhead, forgetSharedClock } from '../clock/clock-ahead.js';
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.js';
import { freePort } from '../process/free-port.js';
import { waitUntil } from '../process/wait-until.js';

const workspace = fileURLToPath(new URL('../../../../../', import.meta.url));
const program = join(workspace, 'apps/api/dist/main.js');
const preload = join(workspace, 'tools/end-with-parent.mjs');
const readyDeadlineMilliseconds = 60_000;
const stopDeadlineMilliseconds = 30_000;

/** How a Lockstep server is started for a black-box test. */
export interface LockstepOptions {
  /** Environment over the defaults of these tests. An undefined value takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Command line, for example `--demo`. */
  parameters?: string[];
  /**
   * `template` (the default): a database of its own, migrated already. `embedded`: the server's own embedded Postgres in
   * its data folder. Anything else is a `DATABASE_URL`, for a second replica.
   */
  database?: 'template' | 'embedded' | (string & {});
  /** Shared by replicas, which need the same master key. A temporary one is made when none is given. */
  dataDirectory?: string;
}

/** The administrator that every server of these tests has from the start. */
export const testAdministrator = { username: 'admin', password: `test-${randomBytes(12).toString('base64url')}` };

/** The built Lockstep server as a process of its own. */
export class LockstepServer {
  private process: ChildProcess | undefined;
  private output = '';
  private clock: Record<string, string> = {};

  constructor(
    readonly port: number,
    readonly dataDirectory: string,
    /** Undefined when the server runs its own embedded Postgres. */
    readonly databaseUrl: string | undefined,
    private readonly setUp: { options: LockstepOptions; ownDatabase: TestDatabase | undefined },
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (!this.process?.pid) throw new Error('This Lockstep server is not running.');
    return this.process.pid;
  }

  /** Everything it has printed since the first start, both streams in the order of arrival. */
  log(): string {
    return this.output;
  }

  /** Starts it, again after `stop` or `kill9`, with the same port and database. Resolves when it says that it is ready. */
  async start(): Promise<this> {
    const begin = this.output.length;
    // Preloaded, so that a test run that is killed leaves no server behind.
    const child = spawn(process.execPath, ['--import', preload, program, ...(this.setUp.options.parameters ?? [])], {
      env: this.environment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    this.process = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (this.output += data.toString()));
    try {
      await waitUntil(
        'Lockstep says that it is ready',
        () => {
          if (hasEnded(child)) throw new Error('Lockstep ended while starting');
          return this.output.slice(begin).includes('Lockstep is ready at http') || undefined;
        },
        readyDeadlineMilliseconds,
      );
    } catch (error) {
      await this.kill9();
      throw new Error(`${String(error)}. It printed:\n${this.output.slice(begin)}`, { cause: error });
    }
    return this;
  }

  /**
   * Starts it, after `stop`, with a clock that is so many days ahead, and its embedded Postgres with the same. Ask
   * `whyNoClockAhead` first.
   */
  async startAhead(days: number): Promise<this> {
    this.clock = clockAhead(days);
    const postgres = await startEmbeddedPostgres({ dataDirectory: this.postgresDirectory, environment: this.clock });
    await forgetSharedClock(await this.postgresProcessId());
    // From here on it is the server's alone, which stops it.
    return this.start().finally(() => postgres.leave());
  }

  /** Ends it at once, as a crash would. Its embedded Postgres, where it has one, goes on. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asks it to end (SIGTERM) and waits. @returns its exit code, or null when a signal ended it */
  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Ends it, and removes what was made for it alone: database and data folder. For `afterAll`. */
  async dispose(): Promise<void> {
    await this.stop();
    await this.setUp.ownDatabase?.drop();
    if (this.setUp.options.dataDirectory !== undefined) return;
    if (this.databaseUrl === undefined) await this.removeEmbeddedDatabase();
    await rm(this.dataDirectory, { recursive: true, force: true });
  }

  /** After a kill -9 it runs on, and where Postgres' user cannot reach our folder its data is elsewhere. */
  private async removeEmbeddedDatabase(): Promise<void> {
    await (await startEmbeddedPostgres({ dataDirectory: this.postgresDirectory })).stop();
    const location = await this.postgresLocation();
    if (location !== this.postgresDirectory) await rm(location, { recursive: true, force: true });
  }

  private get postgresDirectory(): string {
    return join(this.dataDirectory, 'postgres');
  }

  private async postgresLocation(): Promise<string> {
    const elsewhere = await readFile(join(this.postgresDirectory, 'location'), 'utf8').catch(() => undefined);
    return elsewhere?.trim() ?? this.postgresDirectory;
  }

  private async postgresProcessId(): Promise<number> {
    return Number.parseInt(await readFile(join(await this.postgresLocation(), 'postmaster.pid'), 'utf8'), 10);
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.process;
    if (!child) return null;
    const exit = hasEnded(child) ? undefined : once(child, 'exit');
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMilliseconds);
    await exit;
    clearTimeout(impatience);
    this.process = undefined;
    return child.exitCode;
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(this.port),
      LOCKSTEP_DATA_DIR: this.dataDirectory,
      LOCKSTEP_ADMIN_USERNAME: testAdministrator.username,
      LOCKSTEP_ADMIN_PASSWORD: testAdministrator.password,
      DATABASE_URL: this.databaseUrl,
      ...this.clock,
      ...this.setUp.options.env,
    };
  }
}

/** Starts the built server (`npm run build`) on a free loopback port. Call `dispose` at the end. */
export async function startLockstep(options: LockstepOptions = {}): Promise<LockstepServer> {
  await access(program).catch(() => {
    throw new Error('apps/api is not built. Run "npm run build" first.');
  });
  const { database = 'template' } = options;
  const ownDatabase = database === 'template' ? await createTestDatabase() : undefined;
  const given = database === 'embedded' ? undefined : database;
  const server = new LockstepServer(
    await freePort(),
    options.dataDirectory ?? (await makeDataDirectory()),
    ownDatabase?.url ?? given,
    { options, ownDatabase },
  );
  return server.start().catch(async (error: unknown) => {
    await ownDatabase?.drop();
    throw error;
  });
}

async function makeDataDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-data-'));
  await chmod(directory, 0o711);
  return directory;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
