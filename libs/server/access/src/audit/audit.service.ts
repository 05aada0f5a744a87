import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@lockstep/contract';
import type { EntityManager } from 'typeorm';
import { AccessKeys } from '../keys/access-keys.js';
import { hashEntry, sealHead } from './audit-chain.js';
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
    const head = await this.lockHead(manager);
    const { actor, action, result = 'ok' } = record;
    const entry = {
      id: Number(head.entry_id) + 1,
      at: head.now,
      actor: cleanDetail({ kind: actor.kind, id: actor.id, name: actor.name }),
      action,
      subject: cleanText(record.subject),
      result,
      detail: cleanDetail(record.detail ?? {}),
    };
    const hash = hashEntry(this.keys.audit, head.hash, entry);
    await manager.query(
      `WITH entry AS (
         INSERT INTO audit_entries (id, at, actor, action, subject, result, detail, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       )
       UPDATE audit_head SET entry_id = $1, hash = $8, seal = $9`,
      [
        entry.id,
        entry.at,
        JSON.stringify(entry.actor),
        action,
        entry.subject,
        result,
        JSON.stringify(entry.detail),
        hash,
        sealHead(this.keys.audit, entry.id, hash),
      ],
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
