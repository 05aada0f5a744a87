import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type {
  NotificationChannel,
  NotificationChannelChange,
  RouteInput,
  SavedNotificationChannel,
  routes,
} from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { sqlState } from '@lockstep/server-database';
import { ProblemException, notFound } from '@lockstep/server-http';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { DataSource, type EntityManager } from 'typeorm';
import { DeliveryQueue } from '../delivery/delivery-queue.js';
import { ChannelSecrets } from './channel-secrets.js';
import { ChannelEntity } from './channel.entity.js';
import { toChannel } from './channel.mapper.js';
import { type TargetParts, assertTargetIsSound, newSigningSecret, partsOf } from './target-rules.js';

type NewChannel = RouteInput<typeof routes.createNotificationChannel>['body'];

/** Making, changing and removing channels. */
@Injectable()
export class ChannelsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: ChannelSecrets,
    private readonly queue: DeliveryQueue,
    private readonly audit: AuditService,
    private readonly policy: NetworkPolicy,
  ) {}

  async list(): Promise<NotificationChannel[]> {
    const entities = await this.dataSource.manager.find(ChannelEntity, { order: { name: 'ASC' } });
    const waiting = await this.queue.countWaiting();
    return entities.map((entity) => toChannel(entity, waiting.get(entity.id) ?? 0));
  }

  /** @throws {ProblemException} NOT_FOUND */
  async get(id: number): Promise<NotificationChannel> {
    const waiting = await this.queue.countWaiting();
    return toChannel(await this.find(id), waiting.get(id) ?? 0);
  }

  /** @throws {ProblemException} NOT_FOUND */
  async find(id: number): Promise<ChannelEntity> {
    const entity = await this.dataSource.manager.findOneBy(ChannelEntity, { id });
    if (!entity) throw notFound('notification channel');
    return entity;
  }

  /** @throws {ProblemException} NAME_TAKEN, VALIDATION_FAILED, NETWORK_NOT_ALLOWED */
  async create(actor: AuditActor, { target, ...fields }: NewChannel): Promise<SavedNotificationChannel> {
    const parts = partsOf(target);
    assertTargetIsSound(parts, { policy: this.policy });
    const saved = await this.transaction(async (transaction) => {
      const { settings } = parts;
      const { id } = await transaction.save(ChannelEntity, { ...fields, kind: settings.kind, settings });
      const newSecret = await this.storeSecret(transaction, { id, parts, isNew: true });
      const detail = { name: fields.name, kind: settings.kind, events: fields.events, enabled: fields.enabled };
      await this.record(transaction, { actor, action: 'created', id, detail });
      return { id, newSecret };
    });
    return { ...(await this.get(saved.id)), newSecret: saved.newSecret };
  }

  /** @throws {ProblemException} NOT_FOUND, NAME_TAKEN, VALIDATION_FAILED, NETWORK_NOT_ALLOWED, CONFLICT */
  async change(
    actor: AuditActor,
    id: number,
    { target, ...change }: NotificationChannelChange,
  ): Promise<SavedNotificationChannel> {
    const newSecret = await this.transaction(async (transaction) => {
      const before = await this.lock(transaction, id);
      const parts = target && changedParts(before, partsOf(target));
      if (parts) {
        const known = { settings: before.settings, hasSecret: before.sealedSecret !== null };
        assertTargetIsSound(parts, { before: known, policy: this.policy });
      }
      const settings = parts && { settings: parts.settings };
      await transaction.update(
        ChannelEntity,
        { id },
        { ...change, ...settings, pausedUntil: null, updatedAt: new Date() },
      );
      const made = parts ? await this.storeSecret(transaction, { id, parts, isNew: false }) : null;
      await this.queue.makeDue(transaction, id);
      const detail = { ...change, targetChanged: target !== undefined };
      await this.record(transaction, { actor, action: 'changed', id, detail });
      return made;
    });
    return { ...(await this.get(id)), newSecret };
  }

  /** @throws {ProblemException} NOT_FOUND */
  async remove(actor: AuditActor, id: number): Promise<void> {
    await this.transaction(async (transaction) => {
      const { name, kind } = await this.lock(transaction, id);
      await transaction.delete(ChannelEntity, { id });
      await this.record(transaction, { actor, action: 'deleted', id, detail: { name, kind } });
    });
  }

  /** Answers the secret if it had to be made. */
  private async storeSecret(
    transaction: EntityManager,
    { id, parts, isNew }: { id: number; parts: TargetParts; isNew: boolean },
  ): Promise<string | null> {
    const { settings, secret } = parts;
    const isToBeMade = settings.kind === 'webhook' && (secret === null || (secret === undefined && isNew));
    const newSecret = isToBeMade ? newSigningSecret() : null;
    const kept = newSecret ?? secret;
    if (kept === undefined) return null;
    const sealedSecret = kept === null ? null : this.secrets.seal(id, kept);
    await transaction.update(ChannelEntity, { id }, { sealedSecret });
    return newSecret;
  }

  private async lock(transaction: EntityManager, id: number): Promise<ChannelEntity> {
    const entity = await transaction.findOne(ChannelEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!entity) throw notFound('notification channel');
    return entity;
  }

  private record(
    transaction: EntityManager,
    { actor, action, id, detail }: { actor: AuditActor; action: string; id: number; detail: object },
  ): Promise<void> {
    const subject = `notification_channel:${String(id)}`;
    return this.audit.record(transaction, {
      actor,
      action: `notification_channel.${action}`,
      subject,
      detail: { ...detail },
    });
  }

  private async transaction<Result>(act: (transaction: EntityManager) => Promise<Result>): Promise<Result> {
    try {
      return await this.dataSource.transaction(act);
    } catch (error) {
      if (sqlState(error) !== '23505') throw error;
      const errors = [{ path: 'body.name', message: 'this name is taken' }];
      throw new ProblemException('NAME_TAKEN', undefined, { errors });
    }
  }
}

/** An address of Slack that was not given again is the one that is stored. */
const changedParts = (before: ChannelEntity, parts: TargetParts): TargetParts =>
  parts.settings.kind === 'slack' && parts.secret === undefined && before.kind === 'slack'
    ? { ...parts, settings: before.settings }
    : parts;
