import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ConnectionChange, RouteInput, routes } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { sqlState } from '@lockstep/server-database';
import { ProblemException, notFound } from '@lockstep/server-http';
import { OperationsService } from '@lockstep/server-operations';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { ConnectionEntity } from '../model/connection.entity.js';
import { CredentialEntity } from '../model/credential.entity.js';
import { HostKeyEntity } from '../model/host-key.entity.js';
import { CredentialVault } from '../reach/credential-vault.js';
import { assertJumpLeadsOn, lockJumps } from '../reach/jump-rules.js';

type NewConnection = RouteInput<typeof routes.createConnection>['body'];

/** Changes of these alter how a host is reached, and wait until nothing is being done there. */
const wayFields = ['host', 'port', 'username', 'platform', 'credential', 'jumpConnectionId'] as const;

/** Making, changing and removing connections. Who may do so was decided before. */
@Injectable()
export class ConnectionsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly vault: CredentialVault,
    private readonly operations: OperationsService,
    private readonly audit: AuditService,
    private readonly policy: NetworkPolicy,
  ) {}

  /** @throws {ProblemException} NAME_TAKEN, KEY_UNREADABLE, NETWORK_NOT_ALLOWED, VALIDATION_FAILED. Answers the new id. */
  async create(actor: AuditActor, input: NewConnection, more: { demo?: boolean } = {}): Promise<number> {
    const { credential, hostKeyFingerprint, jumpConnectionId = null, ...fields } = input;
    this.vault.assertReadable(credential);
    this.assertMayReach({ ...fields, jumpConnectionId });
    return this.transaction(async (transaction) => {
      if (jumpConnectionId !== null) {
        await lockJumps(transaction);
        await assertJumpLeadsOn(transaction, null, jumpConnectionId);
      }
      const { id } = await transaction.save(ConnectionEntity, {
        ...fields,
        tags: unique(fields.tags),
        jumpConnectionId,
        demo: more.demo ?? false,
      });
      await this.vault.store(transaction, [id], credential);
      if (hostKeyFingerprint !== undefined) await this.acceptInAdvance(transaction, { id, hostKeyFingerprint, actor });
      const detail = { ...fields, jumpConnectionId, credentialKind: credential.kind, hostKeyFingerprint };
      await this.audit.record(transaction, {
        actor,
        action: 'connection.created',
        subject: `connection:${String(id)}`,
        detail,
      });
      return id;
    });
  }

  /** @throws {ProblemException} NOT_FOUND, NAME_TAKEN, KEY_UNREADABLE, NETWORK_NOT_ALLOWED, CONNECTION_BUSY, VALIDATION_FAILED. */
  async change(actor: AuditActor, id: number, { credential, ...change }: ConnectionChange): Promise<void> {
    if (credential) this.vault.assertReadable(credential);
    await this.transaction(async (transaction) => {
      if (change.jumpConnectionId !== undefined) await lockJumps(transaction);
      const before = await this.lock(transaction, id);
      const changesWay = wayFields.some((field) =>
        field === 'credential' ? credential !== undefined : change[field] !== undefined,
      );
      if (changesWay && (await this.operations.isBusy(transaction, id))) throw new ProblemException('CONNECTION_BUSY');
      const after = { ...before, ...change };
      if (changesWay) this.assertMayReach(after);
      if (after.jumpConnectionId !== null && change.jumpConnectionId !== undefined) {
        await assertJumpLeadsOn(transaction, id, after.jumpConnectionId);
      }
      const moved = after.host !== before.host || after.port !== before.port;
      if (moved) await transaction.delete(HostKeyEntity, { connectionId: id });
      const tags = change.tags && { tags: unique(change.tags) };
      await transaction.update(ConnectionEntity, { id }, { ...change, ...tags, updatedAt: new Date() });
      if (credential) await this.vault.store(transaction, [id], credential);
      const detail = { ...change, ...(credential && { credentialKind: credential.kind }), hostKeysDropped: moved };
      await this.audit.record(transaction, {
        actor,
        action: 'connection.changed',
        subject: `connection:${String(id)}`,
        detail,
      });
    });
  }

  /** Credential, host keys and grants go at once; the row stays for the operations. @throws {ProblemException} NOT_FOUND, CONNECTION_BUSY, CONNECTION_IN_USE. */
  async remove(actor: AuditActor, id: number): Promise<void> {
    await this.transaction(async (transaction) => {
      await lockJumps(transaction);
      const { name, host, port } = await this.lock(transaction, id);
      if (await this.operations.isBusy(transaction, id)) throw new ProblemException('CONNECTION_BUSY');
      const users = await transaction.find(ConnectionEntity, {
        where: { jumpConnectionId: id, deletedAt: IsNull() },
        select: { id: true, name: true },
        take: 3,
      });
      if (users.length > 0) {
        throw new ProblemException(
          'CONNECTION_IN_USE',
          `It is the jump host of ${users.map((user) => user.name).join(', ')}.`,
        );
      }
      await transaction.delete(CredentialEntity, { connectionId: id });
      await transaction.delete(HostKeyEntity, { connectionId: id });
      await transaction.query('DELETE FROM connection_grants WHERE connection_id = $1', [id]);
      await transaction.update(ConnectionEntity, { id }, { deletedAt: new Date(), jumpConnectionId: null });
      const detail = { name, host, port };
      await this.audit.record(transaction, {
        actor,
        action: 'connection.deleted',
        subject: `connection:${String(id)}`,
        detail,
      });
    });
  }

  /** An operation's row refers to its connection, so none can start while this lock is held. */
  private async lock(transaction: EntityManager, id: number): Promise<ConnectionEntity> {
    const entity = await transaction.findOne(ConnectionEntity, {
      where: { id, deletedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
    if (!entity) throw notFound('connection');
    return entity;
  }

  /** Addresses are judged here already; names when they are resolved, because what they lead to can change. */
  private assertMayReach({
    host,
    port,
    jumpConnectionId,
  }: {
    host: string;
    port: number;
    jumpConnectionId: number | null;
  }): void {
    if (isIP(host) === 0) return;
    const verdict =
      jumpConnectionId === null ? this.policy.check({ address: host, port }) : this.policy.checkBeyondJump(host, port);
    if (verdict.allowed) return;
    const errors = [{ path: 'body.host', message: verdict.reason }];
    throw new ProblemException('NETWORK_NOT_ALLOWED', `Lockstep may not reach ${host}: ${verdict.reason}.`, { errors });
  }

  private async acceptInAdvance(
    transaction: EntityManager,
    { id, hostKeyFingerprint, actor }: { id: number; hostKeyFingerprint: string; actor: AuditActor },
  ): Promise<void> {
    const now = new Date();
    await transaction.insert(HostKeyEntity, {
      connectionId: id,
      fingerprint: hostKeyFingerprint,
      algorithm: 'unknown',
      publicKey: null,
      seenAt: now,
      acceptedAt: now,
      acceptedBy: actor.name,
    });
  }

  private async transaction<Result>(act: (transaction: EntityManager) => Promise<Result>): Promise<Result> {
    try {
      return await this.dataSource.transaction(act);
    } catch (error) {
      if (sqlState(error) === '23505') {
        const errors = [{ path: 'body.name', message: 'this name is taken' }];
        throw new ProblemException('NAME_TAKEN', undefined, { errors });
      }
      throw error;
    }
  }
}

const unique = (tags: readonly string[]): string[] => [...new Set(tags)];
