import type { LogLine, Operation, OperationEventKind } from '@lockstep/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A numbered fact. `data` is the whole operation as the event made it, or on `log` the lines. */
@Entity('operation_events')
export class OperationEventEntity {
  @PrimaryColumn('integer', { name: 'connection_id' })
  connectionId!: number;

  @PrimaryColumn('bigint', { transformer: { from: Number, to: String } })
  position!: number;

  @Column('uuid', { name: 'operation_id' })
  operationId!: string;

  @Column('integer')
  sequence!: number;

  @Column('timestamptz')
  at!: Date;

  @Column('text')
  kind!: OperationEventKind;

  @Column('jsonb')
  data!: { operation: Operation } | { lines: LogLine[] };
}
