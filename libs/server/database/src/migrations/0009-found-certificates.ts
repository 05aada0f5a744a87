import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Certificates that are watched where they were found. */
export class FoundCertificates1700000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE found_certificates (
        id serial PRIMARY KEY,
        -- Who sees the connection sees what was found there; without one it is for administrators.
        connection_id integer REFERENCES connections,
        host text,
        port integer,
        server_name text,
        path text,
        -- The place as one text: each is watched once.
        place_key text NOT NULL UNIQUE,
        facts jsonb NOT NULL,
        chain jsonb NOT NULL,
        problems jsonb NOT NULL,
        not_after timestamptz NOT NULL,
        renew_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        checked_at timestamptz NOT NULL,
        failure_code text,
        failure_message text,
        failing_since timestamptz,
        -- The way to the host on which a login was refused: it is not tried again of itself until that has changed.
        refused_way text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CHECK ((host IS NULL) = (port IS NULL) AND (host IS NULL) = (server_name IS NULL)),
        CHECK ((host IS NULL) <> (path IS NULL)),
        CHECK (path IS NULL OR connection_id IS NOT NULL),
        CHECK ((failure_code IS NULL) = (failing_since IS NULL) AND (failure_code IS NULL) = (failure_message IS NULL))
      );
      CREATE INDEX found_certificates_connection ON found_certificates (connection_id);

      CREATE FUNCTION visible_found_certificate_ids(for_user integer) RETURNS SETOF integer
      LANGUAGE sql STABLE AS $$
        SELECT f.id FROM found_certificates f WHERE CASE
          WHEN f.connection_id IS NULL
          THEN EXISTS (SELECT FROM users u WHERE u.id = for_user AND NOT u.disabled AND u.role = 'administrator')
          ELSE f.connection_id IN (SELECT visible.id FROM visible_connection_ids(for_user) AS visible (id)) END
      $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION visible_found_certificate_ids;
      DROP TABLE found_certificates;
    `);
  }
}
