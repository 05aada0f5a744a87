import type { Role } from '@lockstep/contract';
import { ProblemException, notFound } from '@lockstep/server-http';
import type { EntityManager } from 'typeorm';

interface LockedUser {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  readonly disabled: boolean;
}

const isActiveAdministrator = ({ role, disabled }: LockedUser): boolean => role === 'administrator' && !disabled;

/**
 * Locks a user together with all administrators, in one order, so that two administrators who remove each other at the
 * same moment are told apart. `staysAdministrator` says what the change would leave.
 *
 * @throws {ProblemException} NOT_FOUND, or LAST_ADMINISTRATOR if nobody could manage users any more.
 */
export async function lockUser(
  manager: EntityManager,
  id: number,
  staysAdministrator: (role: Role, disabled: boolean) => boolean = () => true,
): Promise<LockedUser> {
  const rows: LockedUser[] = await manager.query(
    `SELECT id, username, role, disabled FROM users
     WHERE id = $1 OR (role = 'administrator' AND NOT disabled) ORDER BY id FOR UPDATE`,
    [id],
  );
  const user = rows.find((row) => row.id === id);
  if (user === undefined) throw notFound('user');
  const others = rows.filter((row) => row.id !== id && isActiveAdministrator(row));
  if (isActiveAdministrator(user) && others.length === 0 && !staysAdministrator(user.role, user.disabled)) {
    throw new ProblemException('LAST_ADMINISTRATOR');
  }
  return user;
}
