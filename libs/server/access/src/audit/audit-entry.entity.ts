import type { AuditEntry } from '@lockstep/contract';
import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';

/** bigint comes as text; ids of audit entries stay far below 2^53. */
const asNumber: ValueTransformer = { to: (value: number) => value, from: (value: string) => Number(value) };

/** Read only: entries are written by `AuditService.record` alone. */
@Entity('audit_entries')
export class AuditEntryEntity {
  @PrimaryColumn({ type: 'bigint', transformer: asNumber })
  id!: number;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'jsonb' })
  actor!: AuditEntry['actor'];

  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text' })
  result!: AuditEntry['result'];

  @Column({ type: 'jsonb' })
  detail!: AuditEntry['detail'];

  @Column({ type: 'bytea' })
  hash!: Buffer;
}
