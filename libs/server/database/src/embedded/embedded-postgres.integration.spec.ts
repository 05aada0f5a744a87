import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import ts from 'typescript';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './index.js';

const asRoot = process.getuid?.() === 0;
const here = fileURLToPath(new URL('.', import.meta.url));

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function processIdOfServer(directory: string): Promise<number> {
  return Number.parseInt(await readFile(join(directory, 'postmaster.pid'), 'utf8'), 10);
}

/** Builds the launcher for a process of its own, because only a real process can be killed. */
async function buildLauncher(target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'package.json'), '{ "type": "module" }');
  for (const file of (await readdir(here)).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))) {
    const source = await readFile(join(here, file), 'utf8');
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
    const { outputText } = ts.transpileModule(source, { compilerOptions: options });
    await writeFile(join(target, basename(file, '.ts') + '.js'), outputText);
  }
  return join(target, 'index.js');
}

describe('the embedded Postgres', () => {
  let folder: string;
  const started: EmbeddedPostgres[] = [];

  async function start(dataDirectory: string): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDirectory });
    started.push(server);
    return server;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-embedded-'));
    await chmod(folder, 0o755);
  });

  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers on a socket that only its owner can open, keeps what is committed and opens no port', async () => {
    const dataDirectory = join(folder, 'postgres');
    const { url, reused } = await start(dataDirectory);
    expect(reused).toBe(false);
    const [settings] = await query(
      url,
      "select current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync, " +
        "current_setting('max_connections') as connections, current_setting('TimeZone') as zone",
    );
    expect(settings).toEqual({ addresses: '', fsync: 'on', connections: '100', zone: 'UTC' });
    expect((await stat(join(dataDirectory, '.s.PGSQL.5432'))).mode & 0o777).toBe(0o700);
  });

  it('keeps its data from one start to the next', async () => {
    const first = await start(join(folder, 'postgres'));
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    await expect(query(first.url, 'select 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    const second = await start(join(folder, 'postgres'));
    expect(second.reused).toBe(false);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('takes over the running server after its process was killed, and can stop it', async () => {
    const dataDirectory = join(folder, 'postgres');
    const build = fileURLToPath(
      new URL(`../../../../../node_modules/.cache/lockstep-launcher-${process.pid}`, import.meta.url),
    );
    const launcher = await buildLauncher(build);
    const script = `const { startEmbeddedPostgres } = await import(process.argv[1]);
      await startEmbeddedPostgres({ dataDirectory: process.argv[2] });
      process.stdout.write('started');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, launcher, dataDirectory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const before = await processIdOfServer(dataDirectory);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const server = await start(dataDirectory);
    expect(server.reused).toBe(true);
    expect(await processIdOfServer(dataDirectory)).toBe(before);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    await expect(query(server.url, 'select 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    await rm(build, { recursive: true });
  });

  it('lets two users of one folder share a server, which ends with the last of them', async () => {
    const [first, second] = await Promise.all([start(join(folder, 'postgres')), start(join(folder, 'postgres'))]);
    expect(second.url).toBe(first.url);
    await first.stop();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await second.stop();
    await expect(query(second.url, 'select 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  });

  it('is started again within seconds when Postgres itself is killed, under the same address', async () => {
    const dataDirectory = join(folder, 'postgres');
    const notices: string[] = [];
    const server = await startEmbeddedPostgres({ dataDirectory, onNotice: (message) => notices.push(message) });
    started.push(server);
    await query(server.url, 'create table kept as select 42 as answer');
    const killed = await processIdOfServer(dataDirectory);
    process.kill(killed, 'SIGKILL');
    const begin = performance.now();
    let rows: unknown;
    while (rows === undefined && performance.now() - begin < 10_000) {
      await sleep(50);
      rows = await query(server.url, 'select answer from kept').catch(() => undefined);
    }
    expect(rows).toEqual([{ answer: 42 }]);
    expect(await processIdOfServer(dataDirectory)).not.toBe(killed);
    expect(notices[0]).toMatch(/ended unexpectedly/);
  });

  it('starts where a killed server left the lock of a process id that lives on', async () => {
    const dataDirectory = join(folder, 'postgres');
    const first = await start(dataDirectory);
    const lock = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8');
    await first.stop();
    // A program of the same user that was given the killed server's id.
    const owner = await stat(join(dataDirectory, 'PG_VERSION'));
    const identity = asRoot ? { uid: owner.uid, gid: owner.gid } : {};
    const other = spawn('sleep', ['60'], { ...identity, cwd: '/', stdio: 'ignore' });
    await writeFile(join(dataDirectory, 'postmaster.pid'), lock.replace(/^\d+/, String(other.pid)), { mode: 0o644 });
    const second = await start(dataDirectory);
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    other.kill('SIGKILL');
  });

  it('uses a short socket path for a folder whose own is too long', async () => {
    const dataDirectory = join(folder, 'a-rather-long-name'.repeat(6), 'it\'s a "quoted", long one', 'postgres');
    const server = await start(dataDirectory);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    const socketDirectory = new URL(server.url.replace('@/', '@host/')).searchParams.get('host') ?? '';
    expect(socketDirectory.length).toBeLessThan(60);
    await server.stop();
    await expect(stat(socketDirectory)).rejects.toThrow('ENOENT');
  });

  it('works in a folder with quotes, blanks and dollars in its name', async () => {
    const server = await start(join(folder, `it's "one", $HOME \`x\``));
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('works under an umask that keeps everybody else out', async () => {
    const before = process.umask(0o077);
    try {
      const server = await start(join(folder, 'deep', 'er', 'postgres'));
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await expect(stat(join(folder, 'deep', 'er', 'postgres', 'location'))).rejects.toThrow('ENOENT');
    } finally {
      process.umask(before);
    }
  });

  it('refuses a folder that holds other files', async () => {
    await writeFile(join(folder, 'letter.txt'), 'not a database');
    await expect(start(folder)).rejects.toThrow(/holds other files \(letter\.txt\) and no database/);
  });

  it('refuses a database of another major version of Postgres and names both', async () => {
    const dataDirectory = join(folder, 'postgres');
    await (await start(dataDirectory)).stop();
    await writeFile(join(dataDirectory, 'PG_VERSION'), '14\n');
    await expect(start(dataDirectory)).rejects.toThrow(/made by Postgres 14 and the installed binaries are 1[89]/);
  });

  it("fails with Postgres' own words when it cannot start", async () => {
    const dataDirectory = join(folder, 'postgres');
    await (await start(dataDirectory)).stop();
    const settings = { shared_preload_libraries: 'no_such_library' };
    await expect(startEmbeddedPostgres({ dataDirectory, settings })).rejects.toThrow(/no_such_library/);
  });

  (asRoot ? describe : describe.skip)('started by root', () => {
    it('keeps the data in the system-wide folder when its user cannot reach the one asked for, and finds it again', async () => {
      await chmod(folder, 0o700);
      const first = await start(join(folder, 'postgres'));
      const location = (await readFile(join(folder, 'postgres', 'location'), 'utf8')).trim();
      expect(location).toMatch(/^\/var\/lib\/lockstep\/postgres-[0-9a-f]{12}$/);
      await query(first.url, 'create table kept as select 42 as answer');
      await first.stop();
      const second = await start(join(folder, 'postgres'));
      expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
      await second.stop();
      await rm(location, { recursive: true });
      await expect(start(join(folder, 'postgres'))).rejects.toThrow(
        /says that the database is in .* and there is none/,
      );
    });

    it('does not begin an empty database when its user can no longer reach the one that exists', async () => {
      await (await start(join(folder, 'postgres'))).stop();
      await chmod(folder, 0o700);
      await expect(start(join(folder, 'postgres'))).rejects.toThrow(/can no longer reach it/);
    });
  });
});
