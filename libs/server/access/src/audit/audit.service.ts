import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@lockstep/contract';
import { prepared } from '@lockstep/server-database';
import type { EntityManager } from 'typeorm';
import { AccessKeys } from '../keys/access-keys.js';
import { type ChainedEntry, hashEntry, sealHead } from './audit-chain.js';
import { cleanDetail, cleanText } from './audit-detail.js';

/** Who did it. A signed-in actor fits; see {@link systemActor} for Lockstep itself. */
export interface AuditActor {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

export const systemActor: AuditActor = { kind: 'system', id: 'lockstep', name: 'Lockstep' };

/** `subject` is what it was done to, as `connection:5`; `action` as `connection.created`. Never a secret in `detail`. */
export interface AuditRecord {
  readonly actor: AuditActor;
  readonly action: string;
  readonly subject: string;
  readonly result?: AuditEntry['result'];
  readonly detail?: Readonly<Record<string, unknown>>;
}

interface Head {
  readonly entry_id: string;
  readonly hash: Buffer;
  readonly now: Date;
}

/** Who did what to which with what result, in the transaction that does it. */
@Injectable()
export class AuditService {
  constructor(private readonly keys: AccessKeys) {}

  /**
   * Appends an entry in the caller's transaction: it is there exactly when the change is.
   * Call it last in the transaction, because the chain's lock is held from here to the commit, and whoever takes other
   * locks after it could wait in a circle.
   */
  async record(manager: EntityManager, record: AuditRecord): Promise<void> {
    await this.recordAll(manager, [record]);
  }

  /** The same for several entries, in their order: the chain is locked once, with two statements for any number. */
  async recordAll(manager: EntityManager, records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    const head = await this.lockHead(manager);
    const key = this.keys.audit;
    let { hash } = head;
    const entries = records.map((record, index) => {
      const entry = toEntry(record, { id: Number(head.entry_id) + 1 + index, at: head.now });
      hash = hashEntry(key, hash, entry);
      return { ...entry, hash: hash.toString('hex') };
    });
    const newest = Number(head.entry_id) + entries.length;
    await manager.query(
      prepared(`WITH entry AS (
         INSERT INTO audit_entries (id, at, actor, action, subject, result, detail, hash)
         SELECT id, at, actor, action, subject, result, detail, decode(hash, 'hex') FROM jsonb_to_recordset($1)
           AS r(id bigint, at timestamptz, actor jsonb, action text, subject text, result text, detail jsonb, hash text)
       )
       UPDATE audit_head SET entry_id = $2, hash = $3, seal = $4`),
      [JSON.stringify(entries), newest, hash, sealHead(key, newest, hash)],
    );
  }

  private async lockHead(manager: EntityManager): Promise<Head> {
    if (manager.queryRunner?.isTransactionActive !== true) {
      throw new Error('An audit entry is written in a transaction: pass its EntityManager.');
    }
    const [head]: Head[] = await manager.query(
      `SELECT entry_id, hash, date_trunc('milliseconds', clock_timestamp()) AS now FROM audit_head FOR UPDATE`,
    );
    if (head === undefined) throw new Error('The head of the audit chain is missing: somebody removed it.');
    return head;
  }
}

const toEntry = (record: AuditRecord, place: { id: number; at: Date }): ChainedEntry => {
  const { actor, action, subject, result = 'ok', detail = {} } = record;
  return {
    ...place,
    actor: cleanDetail({ kind: actor.kind, id: actor.id, name: actor.name }),
    action,
    subject: cleanText(subject),
    result,
    detail: cleanDetail(detail),
  };
};
