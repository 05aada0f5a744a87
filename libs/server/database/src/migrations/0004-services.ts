import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Services of hosts as they were last seen, which of them are pinned, and how restarts are done on a connection. */
export class Services1700000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE services (
        connection_id integer NOT NULL REFERENCES connections ON DELETE CASCADE,
        name text NOT NULL,
        description text NOT NULL,
        state text NOT NULL,
        sub_state text,
        since timestamptz,
        -- 0 for what the platform puts first
        place integer NOT NULL,
        read_at timestamptz NOT NULL,
        PRIMARY KEY (connection_id, name)
      );
      -- The order of the list over all connections.
      CREATE INDEX services_order ON services (lower(name), name, connection_id);

      -- How the newest look at a connection's services went.
      CREATE TABLE service_readings (
        connection_id integer PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
        read_at timestamptz,
        failure_code text,
        failure_message text,
        failed_at timestamptz,
        -- The way (address, login, credential, host keys) that was refused: not tried again by itself while it is the same.
        refused_way text,
        CHECK ((failure_code IS NULL) = (failed_at IS NULL))
      );

      CREATE TABLE pinned_services (
        connection_id integer NOT NULL REFERENCES connections ON DELETE CASCADE,
        name text NOT NULL,
        place integer NOT NULL,
        PRIMARY KEY (connection_id, name)
      );

      CREATE TABLE service_settings (
        connection_id integer PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
        settings jsonb NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE service_settings, pinned_services, service_readings, services`);
  }
}
