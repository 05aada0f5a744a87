import type { LogLine, Operation, OperationEventKind } from '@lockstep/contract';
import pg from 'pg';

/** A row of the event table, as the server wrote it. */
export interface StoredEvent {
  readonly position: number;
  readonly operationId: string;
  readonly sequence: number;
  readonly kind: OperationEventKind;
  readonly data: { operation?: Operation; lines?: LogLine[] };
}

const endingKinds = ['completed', 'failed', 'cancelled'];

/** The truth that clients are compared with: the server's own tables, read by SQL. */
export class EventTable {
  private constructor(private readonly pool: pg.Pool) {}

  static open(databaseUrl: string | undefined): EventTable {
    if (databaseUrl === undefined) throw new Error('This server keeps its own embedded database.');
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, application_name: 'api-e2e' });
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return new EventTable(pool);
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  /** A connection of its own, for locks. The caller releases it. */
  connect(): Promise<pg.PoolClient> {
    return this.pool.connect();
  }

  async ofConnection(connectionId: number, after = 0): Promise<StoredEvent[]> {
    const rows = await this.query<StoredEvent & { position: string }>(
      `SELECT position, operation_id AS "operationId", sequence, kind, data FROM operation_events
       WHERE connection_id = $1 AND position > $2 ORDER BY position`,
      [connectionId, after],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  async ofOperation(operationId: string): Promise<StoredEvent[]> {
    const rows = await this.query<StoredEvent & { position: string }>(
      `SELECT position, operation_id AS "operationId", sequence, kind, data FROM operation_events
       WHERE operation_id = $1 ORDER BY sequence`,
      [operationId],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  /** How many operations hold their slot. */
  async active(): Promise<number> {
    const [row] = await this.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM operations WHERE status IN ('pending', 'in_progress')`,
    );
    return row?.count ?? 0;
  }

  /** What is wrong with the numbers and endings of all operations; nothing when all is well. */
  async faults(): Promise<string[]> {
    const rows = await this.query<{ fault: string }>(
      `WITH counted AS (
         SELECT o.id, o.sequence, o.completed_at IS NOT NULL AS ended,
           count(e.*) AS events, max(e.sequence) AS newest,
           count(*) FILTER (WHERE e.kind = ANY($1)) AS endings,
           max(e.sequence) FILTER (WHERE e.kind = ANY($1)) AS ending
         FROM operations o LEFT JOIN operation_events e ON e.operation_id = o.id GROUP BY o.id
       ), streams AS (
         SELECT connection_id, count(*) AS events, max(position) AS newest FROM operation_events GROUP BY connection_id
       )
       SELECT 'operation ' || id || ': sequences have a gap' AS fault FROM counted WHERE events <> newest OR newest <> sequence
       UNION ALL SELECT 'operation ' || id || ': ' || endings || ' ending events' FROM counted WHERE endings <> ended::integer
       UNION ALL SELECT 'operation ' || id || ': an event after its end' FROM counted WHERE ending <> newest
       UNION ALL SELECT 'connection ' || connection_id || ': positions have a gap' FROM streams WHERE events <> newest`,
      [endingKinds],
    );
    return rows.map(({ fault }) => fault);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
