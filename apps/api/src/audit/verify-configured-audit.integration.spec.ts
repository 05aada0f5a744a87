import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessKeys, AuditService, systemActor } from '@lockstep/server-access';
import { dataSourceOptions } from '@lockstep/server-database';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { DataSource } from 'typeorm';
import { describeVerdict, verifyConfiguredAudit } from './verify-configured-audit.js';

describe('npm run audit:verify', () => {
  const key = MasterKey.generate();
  let database: TestDatabase;
  let dataSource: DataSource;
  let folder: string;

  const verify = async (more: NodeJS.ProcessEnv = {}): Promise<string> =>
    describeVerdict(
      await verifyConfiguredAudit({
        DATABASE_URL: database.url,
        LOCKSTEP_MASTER_KEY: key,
        LOCKSTEP_DATA_DIR: folder,
        ...more,
      }),
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-audit-'));
    database = await createTestDatabase();
    dataSource = await new DataSource(dataSourceOptions({ url: database.url })).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('makes nothing where Lockstep was never started', async () => {
    await expect(verify()).rejects.toThrow('never started on this database');
    await expect(verify({ LOCKSTEP_MASTER_KEY: '' })).rejects.toThrow('no master key');
    await expect(verify({ DATABASE_URL: '' })).rejects.toThrow('no database');
  });

  it('says that the chain is whole', async () => {
    const keys = await AccessKeys.load(dataSource, new SecretBox(MasterKey.parse(key, 'test')));
    const audit = new AuditService(keys);
    for (let entry = 1; entry <= 5; entry += 1)
      await dataSource.transaction((manager) =>
        audit.record(manager, { actor: systemActor, action: 'test.done', subject: `test:${String(entry)}` }),
      );
    expect(await verify()).toBe('The audit chain is whole: 5 entries.');
  });

  it('refuses a master key that is not this database’s', async () => {
    await expect(verify({ LOCKSTEP_MASTER_KEY: MasterKey.generate() })).rejects.toThrow(
      'The master key is not the one',
    );
  });

  it('tells the first fault', async () => {
    await dataSource.query('ALTER TABLE audit_entries DISABLE TRIGGER audit_append_only');
    await dataSource.query(`UPDATE audit_entries SET subject = 'somebody else' WHERE id = 2`);
    await dataSource.query(`DELETE FROM audit_entries WHERE id = 4`);
    expect(await verify()).toMatch(/^The audit chain is broken at entry 2 \(altered\): .* Faults in all: 2\.$/);
  });
});
