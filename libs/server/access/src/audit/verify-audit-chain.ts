import type { AuditEntry } from '@lockstep/contract';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccessKeys } from '../keys/access-keys.js';
import { hashEntry, sealHead } from './audit-chain.js';

/**
 * `removed`: numbers are missing. `altered`: an entry does not fit the one before (it was edited, moved, made up, or
 * follows one that was). `cut`: entries are missing at the end. `head`: the record of the newest entry was changed.
 */
export interface AuditFault {
  readonly kind: 'removed' | 'altered' | 'cut' | 'head';
  readonly entryId: number;
  readonly message: string;
}

export interface AuditVerdict {
  readonly entries: number;
  readonly faults: readonly AuditFault[];
}

interface EntryRow extends Omit<AuditEntry, 'id' | 'at' | 'hash'> {
  readonly id: string;
  readonly at: Date;
  readonly hash: Buffer;
}

interface Progress {
  entries: number;
  lastId: number;
  lastHash: Buffer;
  readonly faults: AuditFault[];
}

const batchSize = 1_000;

/** Reads the whole chain in one snapshot and says what is wrong with it. No fault: nothing was edited, removed, moved or cut. */
export function verifyAuditChain(dataSource: DataSource, keys: AccessKeys): Promise<AuditVerdict> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    const progress: Progress = { entries: 0, lastId: 0, lastHash: Buffer.alloc(0), faults: [] };
    for (let rows = await readBatch(manager, 0); rows.length > 0; rows = await readBatch(manager, progress.lastId)) {
      for (const row of rows) checkEntry(keys.audit, progress, row);
    }
    await checkHead(manager, keys.audit, progress);
    return { entries: progress.entries, faults: progress.faults };
  });
}

const readBatch = (manager: EntityManager, after: number): Promise<EntryRow[]> =>
  manager.query('SELECT * FROM audit_entries WHERE id > $1 ORDER BY id LIMIT $2', [after, batchSize]);

function checkEntry(key: Buffer, progress: Progress, row: EntryRow): void {
  const id = Number(row.id);
  if (id !== progress.lastId + 1) {
    const message = `Entries ${progress.lastId + 1} to ${id - 1} are missing.`;
    progress.faults.push({ kind: 'removed', entryId: progress.lastId + 1, message });
  } else if (!hashEntry(key, progress.lastHash, { ...row, id }).equals(row.hash)) {
    progress.faults.push({ kind: 'altered', entryId: id, message: `Entry ${id} does not fit the one before it.` });
  }
  // What follows is compared with the hash as it stands, so that one fault is told once and not for all that come after.
  Object.assign(progress, { entries: progress.entries + 1, lastId: id, lastHash: row.hash });
}

async function checkHead(manager: EntityManager, key: Buffer, { lastId, lastHash, faults }: Progress): Promise<void> {
  const rows: { entry_id: string; hash: Buffer; seal: Buffer; users: string }[] = await manager.query(
    'SELECT h.entry_id, h.hash, h.seal, (SELECT count(*) FROM users) AS users FROM audit_head h',
  );
  const head = rows[0];
  const headId = Number(head?.entry_id ?? 0);
  if (head === undefined || (headId > 0 && !sealHead(key, headId, head.hash).equals(head.seal))) {
    faults.push({ kind: 'head', entryId: headId, message: 'The record of the newest entry was changed or removed.' });
  } else if (headId > lastId) {
    faults.push({
      kind: 'cut',
      entryId: lastId + 1,
      message: `Entries ${lastId + 1} to ${headId} were cut off the end.`,
    });
  } else if (headId < lastId || !head.hash.equals(lastHash)) {
    faults.push({
      kind: 'head',
      entryId: headId,
      message: `Entry ${headId} is recorded as the newest, but entry ${lastId} is there.`,
    });
  } else if (headId === 0 && Number(head.users) > 0) {
    // Making the first user is itself recorded.
    faults.push({ kind: 'cut', entryId: 1, message: 'There are users, and no entry at all.' });
  }
}
