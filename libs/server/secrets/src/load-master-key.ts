import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MasterKey, MasterKeyError } from './master-key.js';

/** `key` is LOCKSTEP_MASTER_KEY, `keyFile` LOCKSTEP_MASTER_KEY_FILE; at most one of them is given. */
export interface MasterKeySource {
  readonly key?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Where `master.key` is kept when neither is given. */
  readonly dataDirectory: string;
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';

/**
 * The master key that was given, or the one in the data directory, which is made at first start (mode 0400).
 * Whether it is the one that the database was set up with is checked where the database is opened.
 *
 * @throws {MasterKeyError} with one sentence, when what was given is no key or cannot be read.
 */
export async function loadMasterKey({ key, keyFile, dataDirectory }: MasterKeySource): Promise<MasterKey> {
  if (key !== undefined && keyFile !== undefined) {
    throw new MasterKeyError('Give LOCKSTEP_MASTER_KEY or LOCKSTEP_MASTER_KEY_FILE, not both.');
  }
  if (key !== undefined) return MasterKey.parse(key, 'LOCKSTEP_MASTER_KEY');
  if (keyFile !== undefined)
    return MasterKey.parse(
      await readKeyFile(keyFile, 'LOCKSTEP_MASTER_KEY_FILE'),
      `The file in LOCKSTEP_MASTER_KEY_FILE (${keyFile})`,
    );
  const path = join(dataDirectory, 'master.key');
  return MasterKey.parse((await readIfThere(path)) ?? (await makeKeyFile(dataDirectory, path)), path);
}

/**
 * The master key that is being replaced, if one is given: LOCKSTEP_MASTER_KEY_PREVIOUS or the file in …_PREVIOUS_FILE.
 *
 * @throws {MasterKeyError} with one sentence, when what was given is no key or cannot be read.
 */
export async function loadPreviousMasterKey({
  key,
  keyFile,
}: Pick<MasterKeySource, 'key' | 'keyFile'>): Promise<MasterKey | undefined> {
  const name = 'LOCKSTEP_MASTER_KEY_PREVIOUS';
  if (key !== undefined && keyFile !== undefined) throw new MasterKeyError(`Give ${name} or ${name}_FILE, not both.`);
  if (key !== undefined) return MasterKey.parse(key, name);
  if (keyFile === undefined) return undefined;
  return MasterKey.parse(await readKeyFile(keyFile, `${name}_FILE`), `The file in ${name}_FILE (${keyFile})`);
}

async function readKeyFile(path: string, variable: string): Promise<string> {
  const text = await readIfThere(path);
  if (text === undefined) throw new MasterKeyError(`The file in ${variable} (${path}) does not exist.`);
  return text;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new MasterKeyError(`The master key ${path} cannot be read (${codeOf(error)}).`);
  }
}

/** Written beside and then linked, so that two first starts agree on one key and neither reads half of it. */
async function makeKeyFile(dataDirectory: string, path: string): Promise<string> {
  const draft = join(dataDirectory, `.master.key.${randomUUID()}`);
  try {
    await mkdir(dataDirectory, { recursive: true });
    await writeFile(draft, `${MasterKey.generate()}\n`, { mode: 0o400, flag: 'wx', flush: true });
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new MasterKeyError(
      `The master key cannot be kept in ${path} (${codeOf(error)}); give LOCKSTEP_MASTER_KEY instead.`,
    );
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}
