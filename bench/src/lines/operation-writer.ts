import { randomUUID } from 'node:crypto';
import type { Operation, OperationStep } from '@lockstep/contract';
import pg from 'pg';

const titles = ['Resolve the name', 'Connect', 'Check the host key', 'Log in', 'Look around', 'Try SFTP'];
const names = ['resolve', 'connect', 'host_key', 'authenticate', 'probe', 'sftp'];

/**
 * Changes an operation as the engine does: the row, its event and the hint in one transaction, by the same statements as
 * `OperationJournal`. Written from outside, so that the time of the commit is known to the line and not only to the server.
 */
export class OperationWriter {
  private sequence = 1;

  private constructor(
    private readonly client: pg.Client,
    private readonly operation: Operation,
  ) {}

  /** Puts an operation there that seems to run in another replica, under a lease that outlasts the benchmark. */
  static async begin(url: string, connectionId: number): Promise<OperationWriter> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    // The time of the disk belongs to the commit and not to what comes after it.
    await client.query('SET synchronous_commit TO off');
    const operation = runningOperation(connectionId);
    await client.query(
      `INSERT INTO operations (id, connection_id, connection_name, type, status, phase, message, started_at, claimed_at, created_by,
         actor, attempt, sequence, steps, changes_host, fence, worker_id, lease_until)
       VALUES ($1, $2, $3, 'ssh_test', 'in_progress', 'running', $4, $5, $5, 'user', $6, 1, 1, $7, false, 1, 'bench', now() + interval '1 hour')`,
      [
        operation.id,
        connectionId,
        operation.connectionName,
        operation.message,
        operation.startedAt,
        operation.actor,
        JSON.stringify(operation.steps),
      ],
    );
    return new OperationWriter(client, operation);
  }

  /** The position that the next change will have. */
  get nextPosition(): number {
    return this.sequence;
  }

  /** Commits one change. @returns when the commit was sent, on the clock of `process.hrtime` */
  async change(): Promise<bigint> {
    this.sequence += 1;
    const { client, sequence } = this;
    const progress = Math.min(99, Math.floor(sequence / 20));
    const operation = { ...this.operation, sequence, progress };
    const { id, connectionId, steps, message } = operation;
    await client.query('BEGIN');
    await client.query('SELECT * FROM operations WHERE id = $1 FOR UPDATE', [id]);
    await client.query('UPDATE operations SET steps = $2, message = $3, progress = $4, sequence = $5 WHERE id = $1', [
      id,
      JSON.stringify(steps),
      message,
      progress,
      sequence,
    ]);
    await client.query(
      `WITH stream AS (
         INSERT INTO connection_streams AS s (connection_id, position, touched_at) VALUES ($1::integer, 1, clock_timestamp())
         ON CONFLICT (connection_id) DO UPDATE SET position = s.position + 1, touched_at = clock_timestamp()
         RETURNING position
       ), event AS (
         INSERT INTO operation_events (connection_id, position, operation_id, sequence, at, kind, data)
         SELECT $1::integer, position, $2, $3, clock_timestamp(), $4, $5 FROM stream
       )
       SELECT pg_notify('operation_events', $1::integer::text)`,
      [connectionId, id, sequence, 'step_started', JSON.stringify({ operation })],
    );
    const at = process.hrtime.bigint();
    await client.query('COMMIT');
    return at;
  }

  end(): Promise<void> {
    return this.client.end();
  }
}

function runningOperation(connectionId: number): Operation {
  const now = new Date().toISOString();
  const step = (name: string, index: number): OperationStep => ({
    name,
    title: titles[index] ?? name,
    status: 'completed',
    startedAt: now,
    endedAt: now,
    message: 'in 1.5 ms',
  });
  return {
    id: randomUUID(),
    connectionId,
    connectionName: 'host-1',
    type: 'ssh_test',
    target: '',
    status: 'in_progress',
    phase: 'running',
    progress: 0,
    message: 'Look around',
    error: null,
    errorCode: null,
    effect: null,
    startedAt: now,
    claimedAt: now,
    completedAt: null,
    createdBy: 'user',
    actor: { kind: 'user', id: '1', name: 'admin' },
    attempt: 1,
    retryOf: null,
    parentId: null,
    blockedBy: null,
    notBefore: null,
    sequence: 1,
    steps: names.map(step),
    metadata: { addresses: ['127.0.0.1'], loginMs: 12, keyExchange: 'curve25519-sha256' },
  };
}
