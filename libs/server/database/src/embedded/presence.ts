import pg from 'pg';

/** Two words, "Lock" and "step", as the advisory lock that every process holds while it uses the server. */
const lockKeys = [0x4c6f636b, 0x73746570];

/**
 * One process' mark on a server that several may share (two replicas on one data folder, test workers): a shared
 * advisory lock on a connection of its own. Postgres drops it when the process dies, however it dies. The connection
 * also tells at once when the server is gone.
 */
export class Presence {
  private left = false;

  private constructor(private readonly client: pg.Client) {}

  /** @param onLost called once when the connection ends without `leave` */
  static async hold(url: string, onLost: () => void): Promise<Presence> {
    const client = new pg.Client({ connectionString: url, application_name: 'lockstep: embedded Postgres' });
    const presence = new Presence(client);
    client.on('error', () => undefined);
    await client.connect();
    await client.query('select pg_advisory_lock_shared($1, $2)', lockKeys);
    client.once('end', () => {
      if (!presence.left) onLost();
    });
    return presence;
  }

  /** Takes the mark away. @returns whether this was the last process, so that the server can be stopped */
  async leave(): Promise<boolean> {
    this.left = true;
    try {
      await this.client.query('select pg_advisory_unlock_shared($1, $2)', lockKeys);
      const result = await this.client.query<{ last: boolean }>(
        'select pg_try_advisory_lock($1, $2) as last',
        lockKeys,
      );
      return result.rows[0]?.last === true;
    } catch {
      return false; // The server has gone already.
    }
  }

  /** Ends the connection; the server's answer is not waited for when it is gone. */
  async close(): Promise<void> {
    this.left = true;
    await this.client.end().catch(() => undefined);
  }
}
