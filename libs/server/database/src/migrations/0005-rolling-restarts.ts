import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One service restarted on several connections, some at once. The restarts themselves are operations. */
export class RollingRestarts1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rolling_restarts (
        id uuid PRIMARY KEY,
        service text NOT NULL,
        at_once integer NOT NULL CHECK (at_once > 0),
        stop_after_failures integer NOT NULL CHECK (stop_after_failures > 0),
        created_by text NOT NULL CHECK (created_by IN ('user', 'cron', 'auto')),
        actor jsonb NOT NULL,
        -- Through whose eyes it is decided, as each host's turn comes, whether it may still be reached.
        user_id integer NOT NULL,
        started_at timestamptz NOT NULL,
        cancelled_at timestamptz,
        completed_at timestamptz
      );
      CREATE INDEX rolling_restarts_unfinished ON rolling_restarts (id) WHERE completed_at IS NULL;

      CREATE TABLE rolling_restart_targets (
        rolling_restart_id uuid NOT NULL REFERENCES rolling_restarts ON DELETE CASCADE,
        connection_id integer NOT NULL,
        place integer NOT NULL,
        connection_name text NOT NULL,
        operation_id uuid,
        -- How its operation ended; kept here because the operation is removed one day.
        outcome text CHECK (outcome IN ('completed', 'failed', 'cancelled')),
        -- Why its turn came and it could not be begun.
        refusal text,
        PRIMARY KEY (rolling_restart_id, connection_id),
        CHECK (outcome IS NULL OR operation_id IS NOT NULL),
        CHECK (refusal IS NULL OR operation_id IS NULL)
      );
      CREATE INDEX operations_of_parent ON operations (parent_id) WHERE parent_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX operations_of_parent;
      DROP TABLE rolling_restart_targets, rolling_restarts;
    `);
  }
}
