import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ConnectionViewer, Grants, User } from '@lockstep/contract';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, type EntityManager } from 'typeorm';
import type { SignedInActor } from '../actor/signed-in-actor.js';
import { AuditService } from '../audit/audit.service.js';
import { lockUser } from './administrators.js';
import { ConnectionGrantEntity, TagGrantEntity } from './grant.entities.js';
import { readUser } from './users.service.js';

@Injectable()
export class GrantsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  /** Replaces what is granted to a user. @throws {ProblemException} NOT_FOUND, VALIDATION_FAILED for unknown connections. */
  async replace(actor: SignedInActor, userId: number, grants: Grants): Promise<User> {
    const connectionIds = [...new Set(grants.connectionIds)];
    const tags = [...new Set(grants.tags)];
    return this.dataSource.transaction(async (manager) => {
      await lockUser(manager, userId);
      await assertConnectionsExist(manager, grants.connectionIds);
      await manager.delete(ConnectionGrantEntity, { userId });
      await manager.insert(
        ConnectionGrantEntity,
        connectionIds.map((connectionId) => ({ userId, connectionId })),
      );
      await manager.delete(TagGrantEntity, { userId });
      await manager.insert(
        TagGrantEntity,
        tags.map((tag) => ({ userId, tag })),
      );
      await this.audit.record(manager, {
        actor,
        action: 'user.grants_set',
        subject: `user:${userId}`,
        detail: { connectionIds, tags },
      });
      return readUser(manager, userId);
    });
  }

  /**
   * Who may see a connection and why, by the rules of `visible_connection_ids`; disabled users too, who would see it again.
   *
   * @throws {ProblemException} NOT_FOUND
   */
  async viewers(connectionId: number): Promise<ConnectionViewer[]> {
    const viewers: ConnectionViewer[] = await this.dataSource.query(
      `SELECT * FROM (
         SELECT u.id AS "userId", u.username, u.role, u.disabled,
                u.role = 'administrator' AS "byRole",
                EXISTS (SELECT FROM connection_grants g WHERE g.user_id = u.id AND g.connection_id = c.id) AS "byConnection",
                ARRAY(SELECT t.tag FROM tag_grants t WHERE t.user_id = u.id AND t.tag = ANY (c.tags) ORDER BY t.tag) AS "byTags"
         FROM connections c CROSS JOIN users u WHERE c.id = $1 AND c.deleted_at IS NULL
       ) AS viewer
       WHERE "byRole" OR "byConnection" OR "byTags" <> '{}'
       ORDER BY array_position(ARRAY['administrator', 'operator', 'viewer'], role), lower(username)`,
      [connectionId],
    );
    // There is always an administrator, who sees every connection.
    if (viewers.length === 0) throw notFound('connection');
    return viewers;
  }
}

async function assertConnectionsExist(manager: EntityManager, ids: readonly number[]): Promise<void> {
  const rows: { id: number }[] = await manager.query(
    'SELECT id FROM connections WHERE id = ANY ($1) AND deleted_at IS NULL FOR KEY SHARE',
    [ids],
  );
  const known = new Set(rows.map(({ id }) => id));
  const errors = ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: `body.connectionIds.${index}`, message: `there is no connection ${id}` }],
  );
  if (errors.length > 0)
    throw new ProblemException('VALIDATION_FAILED', `${errors[0]?.path}: ${errors[0]?.message}`, { errors });
}
