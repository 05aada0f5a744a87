import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { dataSourceOptions } from '@lockstep/server-database';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { DataSource } from 'typeorm';
import { AccessKeys } from '../keys/access-keys.js';
import { type ChainedEntry, hashEntry } from './audit-chain.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { AuditQueries } from './audit-queries.js';
import { type AuditRecord, AuditService, systemActor } from './audit.service.js';
import { verifyAuditChain } from './verify-audit-chain.js';

describe('the audit', () => {
  const keys = new AccessKeys(randomBytes(32));
  const audit = new AuditService(keys);
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource({
      ...dataSourceOptions({ url: database.url }),
      entities: [AuditEntryEntity],
    }).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const write = (record: Partial<AuditRecord> = {}): Promise<void> =>
    dataSource.transaction((manager) =>
      audit.record(manager, {
        actor: systemActor,
        action: 'test.done',
        subject: 'connection:1',
        detail: { number: 7, nested: { b: 1, a: [2.5, null] } },
        ...record,
      }),
    );
  const writeMany = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await write({ detail: { index } });
  };
  /** Somebody with full rights on the database, past the trigger. */
  const tamper = (...statements: string[]): Promise<void> =>
    dataSource.transaction(async (manager) => {
      await manager.query('ALTER TABLE audit_entries DISABLE TRIGGER audit_append_only');
      for (const statement of statements) await manager.query(statement);
      await manager.query('ALTER TABLE audit_entries ENABLE TRIGGER audit_append_only');
    });
  const faults = async (): Promise<string[]> =>
    (await verifyAuditChain(dataSource, keys)).faults.map(({ kind, entryId }) => `${kind} ${entryId}`);

  it('is searched by who, what and to what, and by how it went', async () => {
    await write({ subject: 'connection:12', action: 'connection.created' });
    await write({ subject: 'user:3', action: 'session.refused', result: 'refused' });
    await write({ subject: 'user:100%', actor: { kind: 'user', id: '7', name: 'Olga' } });
    const queries = new AuditQueries(dataSource);
    const subjects = async (query: { search?: string; result?: 'refused' }): Promise<string[]> =>
      (await queries.list({ ...query, limit: 50 })).items.map(({ subject }) => subject);
    expect(await subjects({})).toEqual(['user:100%', 'user:3', 'connection:12']);
    expect(await subjects({ search: 'CONNECTION' })).toEqual(['connection:12']);
    expect(await subjects({ search: 'olga' })).toEqual(['user:100%']);
    expect(await subjects({ search: '%' })).toEqual(['user:100%']);
    expect(await subjects({ search: 'user', result: 'refused' })).toEqual(['user:3']);
    const first = await queries.list({ search: 'user', limit: 1 });
    expect(first).toMatchObject({ total: 2, items: [{ subject: 'user:100%' }] });
    const second = await queries.list({ search: 'user', limit: 1, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({ total: 2, nextCursor: null, items: [{ subject: 'user:3' }] });
  });

  it('is whole when nobody touched it, whatever is in the details', async () => {
    await write();
    const strange = {
      'ünï\u0000': 'nul\u0000 and \ud800 lone',
      big: 1e21,
      small: 1e-7,
      negative: -0,
      date: new Date(0),
      none: undefined,
      list: [undefined, NaN],
      '10': 1,
      '9': 2,
    };
    await write({ detail: strange, subject: 'x\u0000y' });
    await writeMany(5);
    expect(await verifyAuditChain(dataSource, keys)).toEqual({ entries: 7, faults: [] });
  });

  it('is whole over more than one batch', async () => {
    await dataSource.transaction(async (manager) => {
      for (let index = 0; index < 1_203; index += 1)
        await audit.record(manager, { actor: systemActor, action: 'x', subject: 'y' });
    });
    expect(await verifyAuditChain(dataSource, keys)).toEqual({ entries: 1_203, faults: [] });
  });

  it('numbers entries without gaps and stays whole under concurrent writers, some of whom roll back', async () => {
    const one = async (index: number): Promise<void> => {
      await dataSource
        .transaction(async (manager) => {
          await audit.record(manager, { actor: systemActor, action: 'race', subject: String(index) });
          if (index % 3 === 0) throw new Error('rolled back');
        })
        .catch((error: Error) => {
          if (error.message !== 'rolled back') throw error;
        });
    };
    await Promise.all(Array.from({ length: 60 }, (_, index) => one(index)));
    expect(await verifyAuditChain(dataSource, keys)).toEqual({ entries: 40, faults: [] });
    const [{ newest }] = await dataSource.query('SELECT max(id)::integer AS newest FROM audit_entries');
    expect(newest).toBe(40);
  });

  it('takes no entry outside a transaction', async () => {
    const record = { actor: systemActor, action: 'x', subject: 'y' };
    await expect(audit.record(dataSource.manager, record)).rejects.toThrow('in a transaction');
  });

  it.each(['UPDATE audit_entries SET subject = subject', 'DELETE FROM audit_entries', 'TRUNCATE audit_entries'])(
    'refuses %s',
    async (statement) => {
      await writeMany(2);
      await expect(dataSource.query(statement)).rejects.toThrow('append-only');
    },
  );

  it.each([
    ['who', `actor = '{"kind":"user","id":"9","name":"eve"}'`],
    ['when', `at = at + interval '1 millisecond'`],
    ['what', `action = 'other'`],
    ['to which', `subject = 'connection:2'`],
    ['with what result', `result = 'failed'`],
    ['any detail', `detail = '{"index": 99}'`],
    ['the hash', `hash = sha256('x')`],
  ])('finds an edit of %s', async (_what, change) => {
    await writeMany(5);
    await tamper(`UPDATE audit_entries SET ${change} WHERE id = 3`);
    expect(await faults()).toContain('altered 3');
  });

  it('finds a removal, in the middle and at the beginning', async () => {
    await writeMany(6);
    await tamper('DELETE FROM audit_entries WHERE id IN (1, 4)');
    expect(await faults()).toEqual(['removed 1', 'removed 4']);
  });

  it('finds a removal whose gap was closed by renumbering', async () => {
    await writeMany(6);
    await tamper('DELETE FROM audit_entries WHERE id = 3', 'UPDATE audit_entries SET id = id - 1 WHERE id > 3');
    expect(await faults()).toContain('altered 3');
  });

  it('finds two entries that changed places, with or without their hashes', async () => {
    await writeMany(6);
    await tamper(
      'UPDATE audit_entries SET id = -id WHERE id IN (2, 3)',
      'UPDATE audit_entries SET id = 5 + id WHERE id < 0',
    );
    expect(await faults()).toEqual(expect.arrayContaining(['altered 2', 'altered 3']));
  });

  it('finds an entry that was made up without the key', async () => {
    await writeMany(3);
    const [last]: [ChainedEntry & { hash: Buffer }] = await dataSource.query(
      'SELECT * FROM audit_entries WHERE id = 3',
    );
    const forged = hashEntry(randomBytes(32), last.hash, { ...last, id: 4 });
    await dataSource.query(
      `INSERT INTO audit_entries SELECT 4, at, actor, action, subject, result, detail, $1 FROM audit_entries WHERE id = 3`,
      [forged],
    );
    expect(await faults()).toEqual(['altered 4', 'head 3']);
  });

  it('finds a cut at the end, also when the record of the newest entry was set back or removed', async () => {
    await writeMany(6);
    const cut = 'DELETE FROM audit_entries WHERE id > 4';
    await tamper(cut);
    expect(await faults()).toEqual(['cut 5']);
    await tamper('UPDATE audit_head SET entry_id = 4, hash = (SELECT hash FROM audit_entries WHERE id = 4)');
    expect(await faults()).toEqual(['head 4']);
    await tamper('DELETE FROM audit_head');
    expect(await faults()).toEqual(['head 0']);
    await expect(write()).rejects.toThrow('head of the audit chain is missing');
  });

  it('finds that everything was removed and set back to the beginning', async () => {
    await dataSource.query(`INSERT INTO users (username, role, password_hash) VALUES ('ada', 'administrator', 'x')`);
    await writeMany(2);
    await tamper('DELETE FROM audit_entries', `UPDATE audit_head SET entry_id = 0, hash = '', seal = ''`);
    expect(await faults()).toEqual(['cut 1']);
  });

  it('leaves out the value of a name that sounds like a secret', async () => {
    await write({
      detail: {
        password: 'canary',
        nested: { privateKey: 'canary', apiToken: 'canary', list: [{ passphrase: 'canary' }] },
        username: 'ada',
      },
    });
    const [{ detail }] = await dataSource.query('SELECT detail::text FROM audit_entries');
    expect(detail).not.toContain('canary');
    expect(detail).toContain('ada');
  });
});
