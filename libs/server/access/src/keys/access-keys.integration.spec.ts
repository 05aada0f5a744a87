import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataSourceOptions } from '@lockstep/server-database';
import { MasterKey, MasterKeyError, SecretBox } from '@lockstep/server-secrets';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { DataSource } from 'typeorm';
import { AccessKeys } from './access-keys.js';

describe('the signing keys of an installation', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const newKey = (): MasterKey => MasterKey.parse(MasterKey.generate(), 'test');
  const masterKey = newKey();
  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(dataSourceOptions({ url: database.url })).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('are the same for replicas that start for the first time at once, and each for one purpose', async () => {
    const loaded = await Promise.all(
      Array.from({ length: 8 }, () => AccessKeys.load(dataSource, new SecretBox(masterKey))),
    );
    expect(new Set(loaded.map((keys) => keys.audit.toString('hex'))).size).toBe(1);
    const [keys] = loaded;
    expect(new Set([keys?.audit, keys?.accessToken, keys?.refreshToken].map((key) => key?.toString('hex'))).size).toBe(
      3,
    );
  });

  it('are not opened by another master key: the start is stopped with one sentence', async () => {
    const failure = await AccessKeys.load(dataSource, new SecretBox(newKey())).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MasterKeyError);
    expect((failure as Error).message).toMatch(
      /^The master key is not the one this database was set up with; [^.]*\.$/,
    );
  });

  it('stay the same while the master key is replaced', async () => {
    const before = (await AccessKeys.load(dataSource, new SecretBox(masterKey))).audit;
    const next = newKey();
    expect((await AccessKeys.load(dataSource, new SecretBox(next, [masterKey]))).audit).toEqual(before);
    expect((await AccessKeys.load(dataSource, new SecretBox(next))).audit).toEqual(before);
    await expect(AccessKeys.load(dataSource, new SecretBox(masterKey))).rejects.toThrow(MasterKeyError);
  });
});
