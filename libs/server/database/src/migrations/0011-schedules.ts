import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Schedules that users make, and what their runs did. */
export class Schedules1700000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE schedules (
        id serial PRIMARY KEY,
        name text NOT NULL,
        type text NOT NULL,
        connection_ids integer[],
        tag text,
        certificate_ids integer[],
        service text,
        at_once integer NOT NULL CHECK (at_once > 0),
        stop_after_failures integer NOT NULL CHECK (stop_after_failures > 0),
        only_due boolean NOT NULL,
        cron text NOT NULL,
        time_zone text NOT NULL,
        enabled boolean NOT NULL,
        -- It acts with what this user may do at the time; without one it does nothing.
        owner_id integer REFERENCES users ON DELETE SET NULL,
        owner_name text NOT NULL,
        next_run timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CHECK (num_nonnulls(connection_ids, tag, certificate_ids) = 1),
        CHECK ((type = 'service_restart') = (service IS NOT NULL)),
        CHECK (certificate_ids IS NULL OR type = 'certificate_renewal'),
        CHECK (enabled = (next_run IS NOT NULL))
      );
      CREATE INDEX schedules_due ON schedules (next_run) WHERE next_run IS NOT NULL;

      CREATE TABLE schedule_runs (
        id uuid PRIMARY KEY,
        schedule_id integer NOT NULL REFERENCES schedules ON DELETE CASCADE,
        -- The time it was due; null where a person ran it.
        slot timestamptz,
        fired_at timestamptz NOT NULL,
        missed integer NOT NULL,
        created_by text NOT NULL CHECK (created_by IN ('user', 'cron')),
        actor jsonb NOT NULL,
        rolling_restart_id uuid,
        -- Whatever the clocks do, and however many replicas there are: once per slot.
        UNIQUE (schedule_id, slot)
      );
      CREATE INDEX schedule_runs_newest ON schedule_runs (schedule_id, id DESC);
      CREATE INDEX schedule_runs_age ON schedule_runs (fired_at);

      CREATE TABLE schedule_run_targets (
        run_id uuid NOT NULL REFERENCES schedule_runs ON DELETE CASCADE,
        place integer NOT NULL,
        connection_id integer,
        connection_name text,
        certificate_id integer,
        certificate_name text,
        result text NOT NULL CHECK (result IN ('started', 'joined', 'skipped')),
        operation_id uuid,
        reason text,
        PRIMARY KEY (run_id, place),
        CHECK ((result = 'skipped') = (reason IS NOT NULL))
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE schedule_run_targets, schedule_runs, schedules');
  }
}
