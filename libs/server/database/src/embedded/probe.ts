import pg from 'pg';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** `starting` covers recovery after a crash; `absent` means that nothing listens. */
export type ServerState = 'ready' | 'starting' | 'absent';

/** The address of the server whose socket is in the folder, for `pg`, TypeORM, graphile-worker and libpq alike. */
export function urlOf(socketDirectory: string): string {
  return `postgres://postgres@/postgres?host=${encodeURIComponent(socketDirectory)}`;
}

/**
 * Asks the server itself whether it lives. Process ids do not tell: one that nobody has reaped looks alive, and one that
 * was given away again belongs to somebody else.
 */
export async function probe(url: string): Promise<ServerState> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return 'ready';
  } catch (error) {
    return stateAfter(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function stateAfter(error: unknown): ServerState {
  switch ((error as NodeJS.ErrnoException).code) {
    case '57P03': // cannot_connect_now: starting up, shutting down or recovering
      return 'starting';
    case '53300': // too_many_connections: very much alive
      return 'ready';
    case 'EACCES':
      throw new EmbeddedPostgresError(
        'a running server belongs to another user. Stop it, or start Lockstep as that user.',
        {
          cause: error,
        },
      );
    default:
      return 'absent';
  }
}
