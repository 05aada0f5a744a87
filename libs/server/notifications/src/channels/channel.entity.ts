import type { ChannelKind, NotificationEvent, NotificationTarget } from '@lockstep/contract';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A way to tell people. Its secret is sealed. */
@Entity('notification_channels')
export class ChannelEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: ChannelKind;

  /** What may be shown of where it leads. */
  @Column('jsonb')
  settings!: NotificationTarget;

  @Column('bytea', { name: 'sealed_secret', nullable: true })
  sealedSecret!: Buffer | null;

  @Column('boolean')
  enabled!: boolean;

  @Column('text', { array: true })
  events!: NotificationEvent[];

  @Column('boolean', { name: 'by_persons_too' })
  byPersonsToo!: boolean;

  @Column('integer', { name: 'connection_ids', array: true })
  connectionIds!: number[];

  @Column('text', { array: true })
  tags!: string[];

  @Column('timestamptz', { name: 'paused_until', nullable: true })
  pausedUntil!: Date | null;

  @Column('timestamptz', { name: 'last_delivered_at', nullable: true })
  lastDeliveredAt!: Date | null;

  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince!: Date | null;

  @Column('text', { name: 'last_answer', nullable: true })
  lastAnswer!: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
