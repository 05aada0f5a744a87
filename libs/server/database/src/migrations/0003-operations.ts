import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Operations, their events, the cursor of each connection, idempotency keys. */
export class Operations1700000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE operations (
        id uuid PRIMARY KEY,
        connection_id integer NOT NULL REFERENCES connections,
        connection_name text NOT NULL,
        type text NOT NULL,
        target text NOT NULL DEFAULT '',
        status text NOT NULL CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'cancelled')),
        phase text CHECK (phase IN ('waiting', 'running', 'cancelling', 'reconciling')),
        progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
        message text NOT NULL,
        error text,
        error_code text,
        effect text CHECK (effect IN ('none', 'applied', 'partial', 'rolled_back', 'unknown')),
        started_at timestamptz NOT NULL,
        claimed_at timestamptz,
        completed_at timestamptz,
        created_by text NOT NULL CHECK (created_by IN ('user', 'cron', 'auto')),
        actor jsonb NOT NULL,
        attempt integer NOT NULL DEFAULT 0,
        retry_of uuid,
        parent_id uuid,
        blocked_by uuid,
        not_before timestamptz,
        sequence integer NOT NULL,
        steps jsonb NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        -- not on the wire
        input jsonb NOT NULL DEFAULT '{}',
        changes_host boolean NOT NULL,
        cancel_requested boolean NOT NULL DEFAULT false,
        fence integer NOT NULL DEFAULT 0,
        worker_id text,
        lease_until timestamptz,
        log_bytes integer NOT NULL DEFAULT 0,
        CHECK ((status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)),
        CHECK ((completed_at IS NULL) = (effect IS NULL)),
        CHECK (status <> 'completed' OR progress = 100),
        CHECK ((status = 'failed') = (error_code IS NOT NULL))
      );

      -- The slot: one active operation of a type and target on a connection. Everything else leans on this index.
      CREATE UNIQUE INDEX operations_slot ON operations (connection_id, type, target)
        WHERE status IN ('pending', 'in_progress');
      CREATE INDEX operations_newest ON operations (started_at DESC, id DESC);
      CREATE INDEX operations_of_connection ON operations (connection_id, type, started_at DESC, id DESC);
      CREATE INDEX operations_active ON operations (status, lease_until) WHERE status IN ('pending', 'in_progress');
      CREATE INDEX operations_ended ON operations (completed_at) WHERE completed_at IS NOT NULL;

      CREATE FUNCTION keep_ended_operation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'operation % has ended and does not change', OLD.id USING ERRCODE = 'LS001';
      END $$;
      CREATE TRIGGER operations_keep_ended BEFORE UPDATE ON operations
        FOR EACH ROW WHEN (OLD.completed_at IS NOT NULL) EXECUTE FUNCTION keep_ended_operation();

      CREATE FUNCTION keep_progress() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'progress of operation % may not go from % to %', OLD.id, OLD.progress, NEW.progress
          USING ERRCODE = 'LS002';
      END $$;
      CREATE TRIGGER operations_keep_progress BEFORE UPDATE OF progress ON operations
        FOR EACH ROW WHEN (NEW.progress < OLD.progress) EXECUTE FUNCTION keep_progress();

      -- The cursor of a connection's room. Its row lock orders the positions, so there is no gap and no late comer.
      CREATE TABLE connection_streams (
        connection_id integer PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
        position bigint NOT NULL DEFAULT 0,
        pruned_to bigint NOT NULL DEFAULT 0,
        touched_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX connection_streams_touched ON connection_streams (touched_at);

      CREATE TABLE operation_events (
        connection_id integer NOT NULL,
        position bigint NOT NULL,
        operation_id uuid NOT NULL REFERENCES operations ON DELETE CASCADE,
        sequence integer NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        -- the operation as this event made it, or the lines of its log
        data jsonb NOT NULL,
        PRIMARY KEY (connection_id, position),
        UNIQUE (operation_id, sequence)
      );
      CREATE INDEX operation_events_log_age ON operation_events (at) WHERE kind = 'log';

      CREATE TABLE idempotency_keys (
        actor text NOT NULL,
        key text NOT NULL,
        request text NOT NULL,
        started boolean NOT NULL,
        operation_id uuid NOT NULL REFERENCES operations ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (actor, key)
      );
      CREATE INDEX idempotency_keys_operation ON idempotency_keys (operation_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE idempotency_keys, operation_events, connection_streams, operations;
      DROP FUNCTION keep_ended_operation, keep_progress;
    `);
  }
}
