import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMasterKey, loadPreviousMasterKey } from './load-master-key.js';
import { MasterKey, MasterKeyError } from './master-key.js';

describe('loadMasterKey', () => {
  let dataDirectory: string;
  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'lockstep-key-'));
  });
  afterEach(async () => {
    await rm(dataDirectory, { recursive: true });
  });

  it('makes a file that only its owner may read, and reads it the next time', async () => {
    const folder = join(dataDirectory, 'not', 'there', 'yet');
    const first = await loadMasterKey({ dataDirectory: folder });
    expect((await stat(join(folder, 'master.key'))).mode & 0o777).toBe(0o400);
    expect((await loadMasterKey({ dataDirectory: folder })).id).toEqual(first.id);
    expect(await readdir(folder)).toEqual(['master.key']);
  });

  it('agrees on one key when several start for the first time at once', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadMasterKey({ dataDirectory })));
    expect(new Set(keys.map(({ id }) => id.toString('hex'))).size).toBe(1);
    expect(await readdir(dataDirectory)).toEqual(['master.key']);
  });

  it('prefers the key that was given, and makes no file', async () => {
    const key = MasterKey.generate();
    const loaded = await loadMasterKey({ key: ` ${key}\n`, dataDirectory });
    expect(loaded.id).toEqual(MasterKey.parse(key, 'test').id);
    expect(await readdir(dataDirectory)).toEqual([]);
  });

  it('reads the key file that was named', async () => {
    const keyFile = join(dataDirectory, 'key');
    await writeFile(keyFile, MasterKey.generate());
    const expected = MasterKey.parse(await readFile(keyFile, 'utf8'), 'test').id;
    expect((await loadMasterKey({ keyFile, dataDirectory })).id).toEqual(expected);
  });

  it.each(['', 'short', 'x'.repeat(44), Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64')])(
    'refuses %j with one sentence that does not repeat it',
    async (key) => {
      const failure = await loadMasterKey({ key, dataDirectory }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(MasterKeyError);
      expect((failure as Error).message).toMatch(/^LOCKSTEP_MASTER_KEY must be 32 bytes in base64/);
      if (key !== '') expect((failure as Error).message).not.toContain(key);
    },
  );

  it.each([
    ['both are given', { key: MasterKey.generate(), keyFile: 'x' }, /not both/],
    ['the named file is missing', { keyFile: '/does/not/exist' }, /does not exist/],
  ])('refuses when %s', async (_what, given, message) => {
    await expect(loadMasterKey({ ...given, dataDirectory })).rejects.toThrow(message);
  });

  it('refuses a data directory where no file can be kept', async () => {
    await mkdir(join(dataDirectory, 'master.key'));
    await expect(loadMasterKey({ dataDirectory })).rejects.toThrow(/cannot be read \(EISDIR\)/);
  });
});

describe('loadPreviousMasterKey', () => {
  const key = MasterKey.generate();

  it('is none where none is given', async () => {
    expect(await loadPreviousMasterKey({})).toBeUndefined();
  });

  it('reads the key that was given', async () => {
    expect((await loadPreviousMasterKey({ key }))?.id).toEqual(MasterKey.parse(key, 'test').id);
  });

  it('says which variable is wrong', async () => {
    await expect(loadPreviousMasterKey({ key: 'short' })).rejects.toThrow(
      'LOCKSTEP_MASTER_KEY_PREVIOUS must be 32 bytes',
    );
    await expect(loadPreviousMasterKey({ keyFile: '/not/there' })).rejects.toThrow('LOCKSTEP_MASTER_KEY_PREVIOUS_FILE');
    await expect(loadPreviousMasterKey({ key, keyFile: '/not/there' })).rejects.toThrow('not both');
  });
});
