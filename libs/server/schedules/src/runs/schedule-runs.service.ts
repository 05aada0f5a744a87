import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type Actor, type CreatedBy, mayRole } from '@lockstep/contract';
import { AccessService, AuditService, type SignedInActor, toActor } from '@lockstep/server-access';
import { notFound } from '@lockstep/server-http';
import { OperationsService } from '@lockstep/server-operations';
import { RollingRestartsService } from '@lockstep/server-services';
import type { DataSource, EntityManager } from 'typeorm';
import { CronTimes } from '../cron/cron-times.js';
import { ScheduleRunTargetEntity } from '../model/schedule-run-target.entity.js';
import { ScheduleRunEntity } from '../model/schedule-run.entity.js';
import { ScheduleEntity } from '../model/schedule.entity.js';
import { type SchedulePlan, nothingToDo, onConnection } from '../plans/schedule-plan.js';
import { SchedulePlans } from '../plans/schedule-plans.js';
import { ScheduleAlerts } from './schedule-alerts.js';

/** Who begins what a run begins, and through whose eyes. */
interface Runner {
  readonly userId: number;
  readonly actor: Actor;
  readonly createdBy: CreatedBy;
}

/** A run that was written down, and whoever carries it out. */
interface Run {
  readonly id: string;
  readonly schedule: ScheduleEntity;
  readonly runner: Runner;
}

type TargetRow = Omit<ScheduleRunTargetEntity, 'runId' | 'place'>;

/**
 * Carries out the runs of schedules. The row of a run, the operations it starts and the time that comes next are one
 * transaction: a run that was lost on the way has not been, and the next look begins it anew.
 */
@Injectable()
export class ScheduleRunsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly access: AccessService,
    private readonly audit: AuditService,
    private readonly plans: SchedulePlans,
    private readonly operations: OperationsService,
    private readonly rolling: RollingRestartsService,
    private readonly alerts: ScheduleAlerts,
  ) {}

  /** Fires one that is due; passes over it when another process does so at this moment, or has done so. */
  async fire(id: number): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const [locked] = await transaction.query<{ now: Date }[]>(
        `SELECT clock_timestamp() AS now FROM schedules
         WHERE id = $1 AND next_run <= clock_timestamp() FOR UPDATE SKIP LOCKED`,
        [id],
      );
      if (!locked) return;
      const schedule = await transaction.findOneByOrFail(ScheduleEntity, { id });
      const { slot, missed, next } = new CronTimes(schedule.cron, schedule.timeZone).due(
        schedule.nextRun ?? locked.now,
        locked.now,
      );
      await transaction.query(
        'UPDATE schedules SET next_run = $2::timestamptz, enabled = $2 IS NOT NULL WHERE id = $1',
        [id, next],
      );
      const actor: Actor = { kind: 'schedule', id: String(id), name: schedule.name };
      const createdBy = 'cron';
      const runId = await this.insert(transaction, { scheduleId: id, slot, missed, createdBy, actor });
      // A clock that was set back brings a slot again, whose run has been.
      if (runId === undefined) return;
      const plan = await this.ownersPlan(schedule);
      await this.alerts.tellRun(transaction, schedule, plan);
      const runner = { userId: schedule.ownerId ?? 0, actor, createdBy } as const;
      await this.begin(transaction, { id: runId, schedule, runner }, plan);
    });
  }

  /** Does it now, as the user who asks and with what this user may do. @throws {ProblemException} NOT_FOUND */
  async runNow(user: SignedInActor, schedule: ScheduleEntity): Promise<string> {
    const runner = { userId: user.userId, actor: toActor(user), createdBy: 'user' } as const;
    // Before the transaction: many may ask at once, and each would hold one connection of the pool while it needs another.
    const plan = await this.plans.make(user.userId, schedule);
    return this.dataSource.transaction(async (transaction) => {
      // Against a removal meanwhile, and one after the other, so that a second run joins what the first has begun.
      const [locked] = await transaction.query<unknown[]>('SELECT FROM schedules WHERE id = $1 FOR UPDATE', [
        schedule.id,
      ]);
      if (!locked) throw notFound('schedule');
      const { actor, createdBy } = runner;
      const facts = { scheduleId: schedule.id, slot: null, missed: 0, createdBy, actor };
      const id = (await this.insert(transaction, facts)) ?? '';
      await this.begin(transaction, { id, schedule, runner }, plan);
      const subject = `schedule:${String(schedule.id)}`;
      await this.audit.record(transaction, { actor: user, action: 'schedule.run', subject });
      return id;
    });
  }

  /** What the owner may do at this moment; never more, also where this changed since the schedule was made. */
  private async ownersPlan(schedule: ScheduleEntity): Promise<SchedulePlan> {
    const { ownerId, ownerName } = schedule;
    const owner = ownerId === null ? undefined : await this.access.standing(ownerId);
    if (ownerId === null || !owner) return nothingToDo(`Its owner ${ownerName} was removed: take the schedule over.`);
    if (owner.disabled) return nothingToDo(`Its owner ${owner.username} is disabled.`);
    if (!mayRole(owner.role, 'operations.start'))
      return nothingToDo(`Its owner ${owner.username} may not start operations any more.`);
    return this.plans.make(ownerId, schedule);
  }

  /** The id of the run; undefined where its slot has had one. */
  private async insert(
    transaction: EntityManager,
    run: Omit<ScheduleRunEntity, 'id' | 'firedAt' | 'rollingRestartId'>,
  ): Promise<string | undefined> {
    const { scheduleId, slot, missed, createdBy, actor } = run;
    const [inserted] = await transaction.query<{ id: string }[]>(
      `INSERT INTO schedule_runs (id, schedule_id, slot, fired_at, missed, created_by, actor)
       VALUES ($1, $2, $3, clock_timestamp(), $4, $5, $6) ON CONFLICT (schedule_id, slot) DO NOTHING RETURNING id`,
      [randomUUIDv7(), scheduleId, slot, missed, createdBy, JSON.stringify(actor)],
    );
    return inserted?.id;
  }

  private async begin(transaction: EntityManager, run: Run, plan: SchedulePlan): Promise<void> {
    const skipped = plan.skips.map(({ isUsual: _, ...skip }): TargetRow => ({
      ...skip,
      result: 'skipped',
      operationId: null,
    }));
    const begun = plan.rolling
      ? await this.beginRolling(transaction, run, plan.rolling)
      : await this.start(transaction, run, plan.starts);
    const rows = [...begun, ...skipped].map((row, place) => ({ runId: run.id, place, ...row }));
    await transaction.insert(ScheduleRunTargetEntity, rows);
  }

  private async start(
    transaction: EntityManager,
    { runner: { actor, createdBy } }: Run,
    starts: SchedulePlan['starts'],
  ): Promise<TargetRow[]> {
    if (starts.length === 0) return [];
    const requests = starts.map(({ request }) => ({ ...request, actor, createdBy }));
    const answers = await this.operations.startAll(transaction, requests);
    return starts.map(({ target }, place) => {
      const answer = answers[place];
      const result = answer?.status === 'started' ? 'started' : 'joined';
      return { ...target, result, operationId: answer?.operationId ?? null, reason: null };
    });
  }

  /** A rolling restart that an earlier run began is joined: two at once would take more hosts at once than allowed. */
  private async beginRolling(
    transaction: EntityManager,
    { id, schedule, runner }: Run,
    planned: NonNullable<SchedulePlan['rolling']>,
  ): Promise<TargetRow[]> {
    const active = await this.activeRolling(transaction, schedule.id);
    const rollingRestartId = active?.id ?? (await this.rolling.begin(transaction, runner, planned));
    await transaction.update(ScheduleRunEntity, { id }, { rollingRestartId });
    return planned.targets.map(({ connectionId, connectionName }): TargetRow => {
      const row = { ...onConnection(connectionId, connectionName), operationId: null, reason: null };
      if (!active) return { ...row, result: 'started' };
      if (active.connectionIds.has(connectionId)) return { ...row, result: 'joined' };
      return { ...row, result: 'skipped', reason: 'The rolling restart of an earlier run goes on without it.' };
    });
  }

  private async activeRolling(
    transaction: EntityManager,
    scheduleId: number,
  ): Promise<{ id: string; connectionIds: ReadonlySet<number> } | undefined> {
    const rows = await transaction.query<{ id: string }[]>(
      `SELECT DISTINCT rolling_restart_id AS id FROM schedule_runs
       WHERE schedule_id = $1 AND rolling_restart_id IS NOT NULL`,
      [scheduleId],
    );
    return this.rolling.unfinished(
      transaction,
      rows.map(({ id }) => id),
    );
  }
}
