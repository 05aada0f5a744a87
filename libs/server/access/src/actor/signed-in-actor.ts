import { type Actor, Role } from '@lockstep/contract';

/**
 * Who is asking: a user by a session, or an API token of a user. `id` and `name` are what operations and audit entries
 * bear; `userId` is the user in both cases, and decides about what may be seen.
 */
export interface SignedInActor {
  readonly kind: 'user' | 'token';
  readonly id: string;
  readonly userId: number;
  readonly username: string;
  /** The user's name, or the token's with its owner's. */
  readonly name: string;
  /** The current role; of a token the lesser of its own and its owner's. */
  readonly role: Role;
  readonly sessionId?: string;
  readonly tokenId?: number;
  /** When what was shown as proof runs out; null for a token without an end. */
  readonly expiresAt: Date | null;
}

/** What goes on the wire and into operations and audit entries. */
export const toActor = ({ kind, id, name }: SignedInActor): Actor => ({ kind, id, name });

const rank: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, administrator: 2 };

/** An API token never does more than its owner may now. */
export const lesserRole = (one: Role, other: Role): Role => (rank[one] <= rank[other] ? one : other);
