import type { Grants, User } from '@lockstep/contract';
import { type EntityManager, In } from 'typeorm';
import { TagGrantEntity } from './grant.entities.js';
import type { UserEntity } from './user.entity.js';

const toUser = (user: UserEntity, grants: Grants): User => ({
  id: user.id,
  username: user.username,
  role: user.role,
  disabled: user.disabled,
  grants,
  createdAt: user.createdAt.toISOString(),
  lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
});

/** Users as they go on the wire, each with what is granted to them; in two statements for any number. */
export async function toUsers(manager: EntityManager, users: readonly UserEntity[]): Promise<User[]> {
  const ids = users.map(({ id }) => id);
  const tags = await manager.find(TagGrantEntity, { where: { userId: In(ids) }, order: { tag: 'ASC' } });
  const connections: { user_id: number; connection_id: number }[] = await manager.query(
    `SELECT g.user_id, g.connection_id FROM connection_grants g JOIN connections c ON c.id = g.connection_id
     WHERE g.user_id = ANY ($1) AND c.deleted_at IS NULL ORDER BY g.connection_id`,
    [ids],
  );
  return users.map((user) =>
    toUser(user, {
      connectionIds: connections.filter(({ user_id }) => user_id === user.id).map(({ connection_id }) => connection_id),
      tags: tags.filter(({ userId }) => userId === user.id).map(({ tag }) => tag),
    }),
  );
}
