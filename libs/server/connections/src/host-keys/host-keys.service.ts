import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { HostKeys } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { prepared } from '@lockstep/server-database';
import { ProblemException, notFound } from '@lockstep/server-http';
import { type OfferedHostKey, SshError, judgeHostKey } from '@lockstep/server-ssh';
import { DataSource, type EntityManager, IsNull, Not } from 'typeorm';
import { ConnectionEntity } from '../model/connection.entity.js';
import { toHostKey } from '../model/connection.mapper.js';
import { HostKeyEntity } from '../model/host-key.entity.js';

/** Waiting keys that are kept of one connection: a host that shows a new one each time must not fill the table. */
const mostWaiting = 5;

/** Which keys were seen, which of them a person approved, and the judgement about the one that a host shows. */
@Injectable()
export class HostKeysService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  async read(connectionId: number, manager: EntityManager = this.dataSource.manager): Promise<HostKeys> {
    const keys = await manager.find(HostKeyEntity, {
      where: { connectionId },
      order: { seenAt: 'DESC', fingerprint: 'ASC' },
    });
    return {
      pending: keys.filter(({ acceptedAt }) => acceptedAt === null).map(toHostKey),
      accepted: keys.filter(({ acceptedAt }) => acceptedAt !== null).map(toHostKey),
    };
  }

  /** Approves a waiting key; it replaces those approved before. Approving it again changes nothing. @throws {ProblemException} NOT_FOUND, HOST_KEY_NOT_SEEN. */
  async accept(actor: AuditActor, connectionId: number, fingerprint: string): Promise<HostKeys> {
    return this.dataSource.transaction(async (transaction) => {
      await this.lock(transaction, connectionId);
      const key = await this.find(transaction, connectionId, fingerprint);
      if (key.acceptedAt === null) {
        const replaced = await transaction.findBy(HostKeyEntity, { connectionId, acceptedAt: Not(IsNull()) });
        await transaction.delete(HostKeyEntity, { connectionId, fingerprint: Not(fingerprint) });
        await transaction.update(
          HostKeyEntity,
          { connectionId, fingerprint },
          { acceptedAt: new Date(), acceptedBy: actor.name },
        );
        const detail = { fingerprint, algorithm: key.algorithm, replaced: replaced.map((old) => old.fingerprint) };
        await this.audit.record(transaction, {
          actor,
          action: 'host_key.accepted',
          subject: `connection:${String(connectionId)}`,
          detail,
        });
      }
      return this.read(connectionId, transaction);
    });
  }

  /** Takes a waiting key off the list. @throws {ProblemException} NOT_FOUND, HOST_KEY_NOT_SEEN. */
  async refuse(actor: AuditActor, connectionId: number, fingerprint: string): Promise<HostKeys> {
    return this.dataSource.transaction(async (transaction) => {
      await this.lock(transaction, connectionId);
      const key = await this.find(transaction, connectionId, fingerprint);
      if (key.acceptedAt !== null)
        throw new ProblemException('HOST_KEY_NOT_SEEN', 'This host key is approved already.');
      await transaction.delete(HostKeyEntity, { connectionId, fingerprint });
      const detail = { fingerprint, algorithm: key.algorithm };
      await this.audit.record(transaction, {
        actor,
        action: 'host_key.refused',
        subject: `connection:${String(connectionId)}`,
        detail,
      });
      return this.read(connectionId, transaction);
    });
  }

  /**
   * Judges the key that a host has just proved to own. One that is not approved is put on the list for a person.
   * @throws {SshError} HOST_KEY_UNKNOWN, HOST_KEY_CHANGED
   */
  async judge(connectionId: number, offered: OfferedHostKey): Promise<void> {
    if (await this.noteSeen(connectionId, offered)) return;
    const approved = await this.dataSource.manager.findBy(HostKeyEntity, { connectionId, acceptedAt: Not(IsNull()) });
    try {
      judgeHostKey(approved, offered);
    } catch (error) {
      if (error instanceof SshError) await this.putOnList(connectionId, offered);
      throw error;
    }
  }

  private async putOnList(connectionId: number, { fingerprint, algorithm, key }: OfferedHostKey): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO host_keys (connection_id, fingerprint, algorithm, public_key) VALUES ($1, $2, $3, $4)
         ON CONFLICT (connection_id, fingerprint) DO UPDATE SET seen_at = now()`,
        [connectionId, fingerprint, algorithm, key],
      );
      await transaction.query(
        `DELETE FROM host_keys WHERE connection_id = $1 AND accepted_at IS NULL AND fingerprint NOT IN (
           SELECT fingerprint FROM host_keys WHERE connection_id = $1 AND accepted_at IS NULL ORDER BY seen_at DESC LIMIT $2
         )`,
        [connectionId, mostWaiting],
      );
    });
  }

  /**
   * False: this key is not approved. Keys that wait beside the approved one are out of date once the host shows the approved
   * one again.
   */
  private async noteSeen(connectionId: number, { fingerprint, algorithm, key }: OfferedHostKey): Promise<boolean> {
    const seen = await this.dataSource.query<unknown[]>(
      prepared(`WITH seen AS (
         UPDATE host_keys SET seen_at = now(), algorithm = $3, public_key = $4
         WHERE connection_id = $1 AND fingerprint = $2 AND accepted_at IS NOT NULL RETURNING fingerprint
       ), outdated AS (
         DELETE FROM host_keys WHERE connection_id = $1 AND accepted_at IS NULL AND EXISTS (SELECT FROM seen)
       )
       SELECT fingerprint FROM seen`),
      [connectionId, fingerprint, algorithm, key],
    );
    return seen.length > 0;
  }

  private async lock(transaction: EntityManager, id: number): Promise<void> {
    const found = await transaction.findOne(ConnectionEntity, {
      where: { id, deletedAt: IsNull() },
      select: { id: true },
      lock: { mode: 'pessimistic_write' },
    });
    if (!found) throw notFound('connection');
  }

  private async find(transaction: EntityManager, connectionId: number, fingerprint: string): Promise<HostKeyEntity> {
    const key = await transaction.findOneBy(HostKeyEntity, { connectionId, fingerprint });
    if (!key) throw new ProblemException('HOST_KEY_NOT_SEEN');
    return key;
  }
}
