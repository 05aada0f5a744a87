import { waitUntil } from '@lockstep/server-testing';
import type { EventTable } from './event-table.js';

/** One for each connection, so that several may be held at once. */
const keyOf = (connectionId: number): number => 47_110_000 + connectionId;

/** A worker that waits inside a transaction. */
export interface HeldWrite {
  /** Resolves once a worker is there. */
  caught(): Promise<void>;
  letGo(): Promise<void>;
}

/**
 * Holds a server's worker inside a transaction: the event that ends the first step of a connection's operation waits,
 * with the operation's row locked, until it is let go. So a process can be killed or frozen at that very moment.
 */
export function holdFirstStep(table: EventTable, connectionId: number): Promise<HeldWrite> {
  return holdEvent(table, connectionId, `NEW.kind = 'step_ended'`);
}

/** The same for the event that says that a step begins: nothing of it is done yet. */
export function holdStep(table: EventTable, connectionId: number, step: string): Promise<HeldWrite> {
  const begins = `NEW.kind = 'step_started' AND jsonb_path_exists(NEW.data,
    '$.operation.steps[*] ? (@.name == "${step}" && @.status == "running")')`;
  return holdEvent(table, connectionId, begins);
}

/** The same for the event that says that a step is done: it is, and nobody knows it yet. */
export function holdStepEnd(table: EventTable, connectionId: number, step: string): Promise<HeldWrite> {
  const ends = `NEW.kind = 'step_ended' AND jsonb_path_exists(NEW.data,
    '$.operation.steps[*] ? (@.name == "${step}" && @.status == "completed")')`;
  return holdEvent(table, connectionId, ends);
}

/** The same for the transaction that starts an operation: everything in it is written, and nothing committed. */
export function holdStart(table: EventTable, connectionId: number): Promise<HeldWrite> {
  return holdEvent(table, connectionId, 'NEW.sequence = 1');
}

async function holdEvent(table: EventTable, connectionId: number, condition: string): Promise<HeldWrite> {
  const key = keyOf(connectionId);
  const name = `hold_event_${String(connectionId)}`;
  const holder = await table.connect();
  await holder.query('SELECT pg_advisory_lock($1)', [key]);
  await table.query(`
    CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${String(key)});
      RETURN NEW;
    END $$`);
  await table.query(`
    CREATE OR REPLACE TRIGGER ${name} BEFORE INSERT ON operation_events FOR EACH ROW
    WHEN (NEW.connection_id = ${String(connectionId)} AND ${condition}) EXECUTE FUNCTION ${name}()`);
  const isCaught = async (): Promise<true | undefined> => {
    const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    return (await table.query(waiting, [key])).length > 0 ? true : undefined;
  };
  return {
    caught: async () => {
      await waitUntil('a worker is held in its transaction', isCaught);
    },
    letGo: async () => {
      await holder.query('SELECT pg_advisory_unlock($1)', [key]);
      holder.release();
    },
  };
}
