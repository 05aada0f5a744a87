import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  type Actor,
  type CreatedBy,
  OperationId,
  type RollingRestart,
  type RollingRestartInput,
  type RollingRestartPreview,
  type RouteAnswer,
  type routes,
} from '@lockstep/contract';
import { AuditService, type SignedInActor, toActor } from '@lockstep/server-access';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, type EntityManager, In, IsNull } from 'typeorm';
import { findByKey } from './rolling-keys.js';
import { RollingPlans } from './rolling-plans.js';
import { RollingRestartEntity } from './rolling-restart.entity.js';
import { RollingRunner } from './rolling-runner.js';
import { RollingStore, toRollingRestart } from './rolling-store.js';
import { RollingTargetEntity } from './rolling-target.entity.js';

type Page = RouteAnswer<typeof routes.listRollingRestarts>;

/** Of those with a host that the user may see. */
const seen = `EXISTS (SELECT FROM rolling_restart_targets t WHERE t.rolling_restart_id = r.id
  AND (t.connection_id IN (SELECT visible_connection_ids($1))
    OR EXISTS (SELECT FROM users u WHERE u.id = $1 AND u.role = 'administrator' AND NOT u.disabled)))`;

/** Who begins one, and through whose eyes it is decided which hosts may be reached. */
export interface RollingStarter {
  readonly userId: number;
  readonly actor: Actor;
  readonly createdBy: CreatedBy;
  readonly idempotencyKey?: string | undefined;
}

/** Starting, watching and ending rolling restarts, through the eyes of a user. */
@Injectable()
export class RollingRestartsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly plans: RollingPlans,
    private readonly store: RollingStore,
    private readonly runner: RollingRunner,
    private readonly audit: AuditService,
  ) {}

  preview(userId: number, input: RollingRestartInput): Promise<RollingRestartPreview> {
    return this.plans.make(userId, input);
  }

  /**
   * Starts it; the same actor and key get the one that they started before.
   * @throws {ProblemException} NOTHING_TO_DO when every host would be skipped, IDEMPOTENCY_KEY_REUSED
   */
  async start(actor: SignedInActor, input: RollingRestartInput, idempotencyKey?: string): Promise<RollingRestart> {
    const { targets, skipped } = await this.plans.make(actor.userId, input);
    const starter = { userId: actor.userId, actor: toActor(actor), createdBy: 'user', idempotencyKey } as const;
    const id = await this.dataSource.transaction(async (transaction) => {
      const known = await findByKey(transaction, { actor, input, idempotencyKey });
      if (known !== undefined) return known;
      if (targets.length === 0) throw new ProblemException('NOTHING_TO_DO', whyNone(skipped));
      return this.begin(transaction, starter, { input, targets });
    });
    await this.runner.advance(id);
    return this.get(actor, id);
  }

  /** In the caller's transaction, and last in it. Once that is committed, the runner goes on within a second. */
  async begin(
    transaction: EntityManager,
    { idempotencyKey, ...starter }: RollingStarter,
    { input, targets }: { input: RollingRestartInput; targets: RollingRestartPreview['targets'] },
  ): Promise<string> {
    const id = randomUUIDv7();
    const { service, atOnce, stopAfterFailures } = input;
    const rules = { service, atOnce, stopAfterFailures };
    const startedAt = () => 'clock_timestamp()';
    const key = idempotencyKey !== undefined && { idempotencyKey, request: input };
    await transaction.insert(RollingRestartEntity, { id, ...rules, ...starter, startedAt, ...key });
    await transaction.insert(
      RollingTargetEntity,
      targets.map((target, place) => ({ rollingRestartId: id, place, ...target })),
    );
    await this.audit.record(transaction, {
      actor: starter.actor,
      action: 'rolling_restart.started',
      subject: `rolling_restart:${id}`,
      detail: { ...rules, connectionIds: targets.map(({ connectionId }) => connectionId) },
    });
    return id;
  }

  /** Each with the hosts that the user may see. Those that do not exist are left out. */
  async read(userId: number, ids: readonly string[]): Promise<RollingRestart[]> {
    return (await this.store.read(ids, userId)).map(toRollingRestart);
  }

  /** One of these that still goes on, with all its hosts. */
  async unfinished(
    transaction: EntityManager,
    ids: readonly string[],
  ): Promise<{ id: string; connectionIds: ReadonlySet<number> } | undefined> {
    const found = await transaction.findOneBy(RollingRestartEntity, { id: In([...ids]), completedAt: IsNull() });
    if (!found) return undefined;
    const targets = await transaction.findBy(RollingTargetEntity, { rollingRestartId: found.id });
    return { id: found.id, connectionIds: new Set(targets.map(({ connectionId }) => connectionId)) };
  }

  /** @throws {ProblemException} NOT_FOUND, also where one may see none of its hosts */
  async get({ userId }: SignedInActor, id: string): Promise<RollingRestart> {
    const [rolling] = await this.read(userId, [id]);
    if (!rolling || rolling.targets.length === 0) throw notFound('rolling restart');
    return rolling;
  }

  /** Newest first. Ids are UUIDv7 and so sort by time; the cursor is the last id of the page before. */
  async list({ userId }: SignedInActor, page: { cursor: string | undefined; limit: number }): Promise<Page> {
    const before = page.cursor === undefined ? null : readCursor(page.cursor);
    const [counted] = await this.dataSource.query<{ total: number }[]>(
      `SELECT count(*)::integer AS total FROM rolling_restarts r WHERE ${seen}`,
      [userId],
    );
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT r.id FROM rolling_restarts r WHERE ${seen} AND ($2::uuid IS NULL OR r.id < $2::uuid)
       ORDER BY r.id DESC LIMIT $3`,
      [userId, before, page.limit + 1],
    );
    const ids = rows.slice(0, page.limit).map(({ id }) => id);
    const items = await this.read(userId, ids);
    return { items, nextCursor: rows.length > page.limit ? (ids.at(-1) ?? null) : null, total: counted?.total ?? 0 };
  }

  /**
   * Begins no further host; what runs goes on.
   * @throws {ProblemException} NOT_FOUND, OPERATION_ENDED
   */
  async cancel(actor: SignedInActor, id: string): Promise<RollingRestart> {
    if ((await this.get(actor, id)).status !== 'running') throw new ProblemException('OPERATION_ENDED');
    await this.dataSource.transaction(async (transaction) => {
      const changed = await transaction.query<[unknown[], number]>(
        `UPDATE rolling_restarts SET cancelled_at = clock_timestamp()
         WHERE id = $1 AND cancelled_at IS NULL AND completed_at IS NULL`,
        [id],
      );
      if (changed[1] === 0) return;
      const subject = `rolling_restart:${id}`;
      await this.audit.record(transaction, { actor, action: 'rolling_restart.cancelled', subject });
    });
    await this.runner.advance(id);
    return this.get(actor, id);
  }
}

const whyNone = (skipped: RollingRestartPreview['skipped']): string =>
  skipped.length === 0
    ? 'No connection that you may see was chosen.'
    : `Every connection would be skipped. ${skipped[0]?.connectionName ?? 'The first one'}: ${skipped[0]?.reason ?? ''}`;

/** @throws {ProblemException} VALIDATION_FAILED for what is no rolling restart's id. */
function readCursor(cursor: string): string {
  const read = OperationId.safeParse(cursor);
  if (read.success) return read.data;
  const message = 'is not the nextCursor of a page';
  const errors = [{ path: 'query.cursor', message }];
  throw new ProblemException('VALIDATION_FAILED', `query.cursor: ${message}`, { errors });
}
