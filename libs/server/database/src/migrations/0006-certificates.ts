import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Issuers, certificates with their versions, and where they are deployed. */
export class Certificates1700000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE issuers (
        id serial PRIMARY KEY,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('internal')),
        settings jsonb NOT NULL,
        built_in boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX issuers_name ON issuers (lower(name));
      INSERT INTO issuers (name, kind, settings, built_in)
        VALUES ('Internal CA', 'internal', '{"lifetimeDays": 30, "permittedNames": []}', true);

      -- Made on first use. Each key is sealed before its certificate exists.
      CREATE TABLE internal_authorities (
        issuer_id integer PRIMARY KEY REFERENCES issuers ON DELETE CASCADE,
        root text NOT NULL,
        issuing text NOT NULL,
        sealed_root_key bytea NOT NULL,
        sealed_issuing_key bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE certificates (
        id serial PRIMARY KEY,
        name text NOT NULL,
        domains text[] NOT NULL,
        issuer_id integer NOT NULL REFERENCES issuers,
        key_type text NOT NULL,
        auto_renew boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX certificates_name ON certificates (lower(name));
      CREATE INDEX certificates_issuer ON certificates (issuer_id);

      -- A version begins with its sealed key and its request; what is below issued_at comes when it is issued. It outlives
      -- the operation that made it, so that a failed deployment costs no second issuance.
      CREATE TABLE certificate_versions (
        id uuid PRIMARY KEY,
        certificate_id integer NOT NULL REFERENCES certificates ON DELETE CASCADE,
        number integer NOT NULL,
        operation_id uuid,
        domains text[] NOT NULL,
        issuer_id integer NOT NULL,
        key_type text NOT NULL,
        sealed_key bytea NOT NULL,
        request text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        issued_at timestamptz,
        leaf text,
        chain text,
        facts jsonb,
        not_before timestamptz,
        not_after timestamptz,
        renew_at timestamptz,
        UNIQUE (certificate_id, number),
        CHECK ((issued_at IS NULL) = (leaf IS NULL)),
        CHECK ((issued_at IS NULL) = (not_after IS NULL))
      );

      CREATE TABLE certificate_targets (
        id serial PRIMARY KEY,
        certificate_id integer NOT NULL REFERENCES certificates ON DELETE CASCADE,
        place integer NOT NULL,
        connection_id integer NOT NULL REFERENCES connections,
        certificate_path text NOT NULL,
        key_path text NOT NULL,
        chain_path text,
        owner text,
        group_name text,
        mode text,
        reload jsonb,
        check_command text,
        verify jsonb NOT NULL,
        deployed_version integer,
        deployed_at timestamptz
      );
      CREATE INDEX certificate_targets_certificate ON certificate_targets (certificate_id);
      -- Two certificates in one file would undo each other.
      CREATE UNIQUE INDEX certificate_targets_file ON certificate_targets (connection_id, certificate_path);

      -- The one rule about who sees which certificate: through the connections of its targets.
      CREATE FUNCTION visible_certificate_ids(for_user integer) RETURNS SETOF integer
      LANGUAGE sql STABLE AS $$
        SELECT c.id FROM certificates c WHERE
          EXISTS (SELECT FROM users u WHERE u.id = for_user AND NOT u.disabled AND u.role = 'administrator')
          OR EXISTS (
            SELECT FROM certificate_targets t WHERE t.certificate_id = c.id
              AND t.connection_id IN (SELECT visible.id FROM visible_connection_ids(for_user) AS visible (id))
          )
      $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION visible_certificate_ids;
      DROP TABLE certificate_targets, certificate_versions, certificates, internal_authorities, issuers;
    `);
  }
}
