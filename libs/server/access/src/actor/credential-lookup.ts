import type { Role } from '@lockstep/contract';
import { prepared } from '@lockstep/server-database';
import type { DataSource, EntityManager } from 'typeorm';
import { type SignedInActor, lesserRole } from './signed-in-actor.js';

interface SessionRow {
  readonly session_id: string;
  readonly user_id: number;
  readonly username: string;
  readonly role: Role;
  readonly expires_at: Date;
}

interface TokenRow {
  readonly token_id: number;
  readonly token_name: string;
  readonly token_role: Role;
  readonly user_id: number;
  readonly username: string;
  readonly role: Role;
  readonly expires_at: Date | null;
  readonly used_lately: boolean;
}

/** The one rule about which sessions count; `id` is compared with what follows. */
const liveSessions = `
  SELECT s.id AS session_id, u.id AS user_id, u.username, u.role, s.expires_at
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.revoked_at IS NULL AND s.expires_at > now() AND NOT u.disabled AND s.id`;

/** The one rule about which API tokens count. */
const liveTokens = `
  SELECT t.id AS token_id, t.name AS token_name, t.role AS token_role, u.id AS user_id, u.username, u.role, t.expires_at,
    coalesce(t.last_used_at > now() - interval '1 minute', false) AS used_lately
  FROM api_tokens t JOIN users u ON u.id = t.user_id
  WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND NOT u.disabled AND `;

const toUserActor = (row: SessionRow): SignedInActor => ({
  kind: 'user',
  id: String(row.user_id),
  userId: row.user_id,
  username: row.username,
  name: row.username,
  role: row.role,
  sessionId: row.session_id,
  expiresAt: row.expires_at,
});

const toTokenActor = (row: TokenRow): SignedInActor => ({
  kind: 'token',
  id: String(row.token_id),
  userId: row.user_id,
  username: row.username,
  name: `${row.token_name} (${row.username})`,
  role: lesserRole(row.token_role, row.role),
  tokenId: row.token_id,
  expiresAt: row.expires_at,
});

type Queryable = Pick<DataSource | EntityManager, 'query'>;

/** Actors of those sessions that still count, by session id. */
export async function findLiveSessions(
  database: Queryable,
  ids: readonly string[],
): Promise<Map<string, SignedInActor>> {
  if (ids.length === 0) return new Map();
  const rows: SessionRow[] = await database.query(prepared(`${liveSessions} = ANY ($1::uuid[])`), [ids]);
  return new Map(rows.map((row) => [row.session_id, toUserActor(row)]));
}

/** Actors of those API tokens that still count, by token id. */
export async function findLiveTokens(database: Queryable, ids: readonly number[]): Promise<Map<number, SignedInActor>> {
  if (ids.length === 0) return new Map();
  const rows: TokenRow[] = await database.query(`${liveTokens} t.id = ANY ($1::integer[])`, [ids]);
  return new Map(rows.map((row) => [row.token_id, toTokenActor(row)]));
}

/** The actor of an API token by its hash; notes its use, at most once a minute. */
export async function useLiveToken(database: Queryable, tokenHash: Buffer): Promise<SignedInActor | undefined> {
  const [row]: TokenRow[] = await database.query(prepared(`${liveTokens} t.token_hash = $1`), [tokenHash]);
  if (row === undefined) return undefined;
  if (!row.used_lately)
    await database.query('UPDATE api_tokens SET last_used_at = now() WHERE id = $1', [row.token_id]);
  return toTokenActor(row);
}
