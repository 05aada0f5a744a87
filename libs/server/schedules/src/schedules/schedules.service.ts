import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ScheduleChange, ScheduleInput } from '@lockstep/contract';
import { AuditService, type SignedInActor } from '@lockstep/server-access';
import { CertificateQueries } from '@lockstep/server-certificates';
import { ConnectionQueries } from '@lockstep/server-connections';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, type EntityManager } from 'typeorm';
import { CronTimes } from '../cron/cron-times.js';
import { ScheduleEntity } from '../model/schedule.entity.js';
import { databaseNow, mayChange } from './schedule-queries.js';
import { assertWhole, invalid } from './whole-schedule.js';

type Settings = Omit<ScheduleEntity, 'id' | 'ownerId' | 'ownerName' | 'nextRun' | 'createdAt' | 'updatedAt'>;

/** Making, changing and removing schedules. Who may see them is decided before. */
@Injectable()
export class SchedulesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionQueries,
    private readonly certificates: CertificateQueries,
    private readonly audit: AuditService,
  ) {}

  /** @throws {ProblemException} VALIDATION_FAILED */
  async create(actor: SignedInActor, input: ScheduleInput): Promise<number> {
    const settings = settingsOf(input);
    assertWhole(settings);
    await this.assertSeen(actor, settings);
    return this.dataSource.transaction(async (transaction) => {
      const owner = { ownerId: actor.userId, ownerName: actor.username };
      const nextRun = await nextRunOf(transaction, settings);
      const { id } = await transaction.save(ScheduleEntity, { ...settings, ...owner, nextRun });
      await this.record(transaction, actor, { action: 'schedule.created', id, detail: input });
      return id;
    });
  }

  /** @throws {ProblemException} NOT_FOUND, PERMISSION_DENIED, VALIDATION_FAILED */
  async change(actor: SignedInActor, id: number, change: ScheduleChange): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const before = await this.lock(transaction, actor, id);
      const { takeOver, ...fields } = change;
      const after = { ...before, ...replacing(fields) };
      assertWhole(after);
      await this.assertSeen(actor, settingsOf(fields));
      if (takeOver) {
        if (actor.role !== 'administrator') throw new ProblemException('PERMISSION_DENIED');
        Object.assign(after, { ownerId: actor.userId, ownerName: actor.username });
      }
      const movesTime = (['cron', 'timeZone', 'enabled'] as const).some((field) => after[field] !== before[field]);
      if (movesTime) after.nextRun = await nextRunOf(transaction, after);
      await transaction.save(ScheduleEntity, after);
      await this.record(transaction, actor, { action: 'schedule.changed', id, detail: change });
    });
  }

  /** @throws {ProblemException} NOT_FOUND, PERMISSION_DENIED */
  async remove(actor: SignedInActor, id: number): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const { name } = await this.lock(transaction, actor, id);
      await transaction.delete(ScheduleEntity, { id });
      await this.record(transaction, actor, { action: 'schedule.deleted', id, detail: { name } });
    });
  }

  /** A run that is being begun holds this lock, so a change comes before it or after it. */
  private async lock(transaction: EntityManager, actor: SignedInActor, id: number): Promise<ScheduleEntity> {
    const lock = { mode: 'pessimistic_write' } as const;
    const entity = await transaction.findOne(ScheduleEntity, { where: { id }, lock });
    if (!entity) throw notFound('schedule');
    if (!mayChange(actor, entity))
      throw new ProblemException('PERMISSION_DENIED', 'It belongs to somebody else; an administrator may change it.');
    return entity;
  }

  /** What is named must be there for the one who names it. */
  private async assertSeen(
    { userId }: SignedInActor,
    { connectionIds, certificateIds }: Pick<Settings, 'connectionIds' | 'certificateIds'>,
  ): Promise<void> {
    const names = await this.connections.names(userId, connectionIds ?? []);
    const connection = connectionIds?.find((id) => !names.has(id));
    if (connection !== undefined) throw invalid('connectionIds', `there is no connection ${String(connection)}`);
    const found = await this.certificates.choose(userId, { ids: certificateIds ?? [] });
    const certificate = certificateIds?.find((id) => !found.some((known) => known.id === id));
    if (certificate !== undefined) throw invalid('certificateIds', `there is no certificate ${String(certificate)}`);
  }

  private record(
    transaction: EntityManager,
    actor: SignedInActor,
    { action, id, detail }: { action: string; id: number; detail: object },
  ): Promise<void> {
    return this.audit.record(transaction, { actor, action, subject: `schedule:${String(id)}`, detail: { ...detail } });
  }
}

/** The slot after this moment; null where it is not enabled. @throws {ProblemException} VALIDATION_FAILED */
async function nextRunOf(
  transaction: EntityManager,
  { cron, timeZone, enabled }: Pick<Settings, 'cron' | 'timeZone' | 'enabled'>,
): Promise<Date | null> {
  const next = new CronTimes(cron, timeZone).next(await databaseNow(transaction));
  if (next === null) throw invalid('cron', 'names a day that never comes');
  return enabled ? next : null;
}

/** One way to say which hosts takes the place of the one before. */
function replacing<Fields extends Pick<ScheduleChange, 'connectionIds' | 'tag' | 'certificateIds'>>(
  fields: Fields,
): Partial<Settings> {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const { connectionIds, tag, certificateIds } = settingsOf(fields);
  const changesWhere = connectionIds !== null || tag !== null || certificateIds !== null;
  return { ...given, ...(changesWhere && { connectionIds, tag, certificateIds }) };
}

/** With null for what is not there, and each id once. */
function settingsOf<Fields extends Pick<ScheduleChange, 'connectionIds' | 'tag' | 'certificateIds' | 'service'>>(
  fields: Fields,
): Omit<Fields, 'connectionIds' | 'tag' | 'certificateIds' | 'service'> &
  Pick<Settings, 'connectionIds' | 'tag' | 'certificateIds' | 'service'> {
  const { connectionIds, tag = null, certificateIds, service = null, ...rest } = fields;
  const unique = (ids: readonly number[] | undefined): number[] | null => (ids ? [...new Set(ids)] : null);
  return { ...rest, connectionIds: unique(connectionIds), tag, certificateIds: unique(certificateIds), service };
}
