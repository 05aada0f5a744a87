import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Connections with credentials and host keys, and who may see which. */
export class Connections1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- A removed connection keeps its row, because its operations are kept; its credential and host keys go at once.
      CREATE TABLE connections (
        id serial PRIMARY KEY,
        name text NOT NULL,
        host text NOT NULL,
        port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
        username text NOT NULL,
        platform text NOT NULL,
        tags text[] NOT NULL DEFAULT '{}',
        jump_connection_id integer REFERENCES connections,
        demo boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz
      );
      CREATE UNIQUE INDEX connections_name ON connections (lower(name)) WHERE deleted_at IS NULL;
      CREATE INDEX connections_name_order ON connections (lower(name), id) WHERE deleted_at IS NULL;
      CREATE INDEX connections_host_order ON connections (lower(host), id) WHERE deleted_at IS NULL;
      CREATE INDEX connections_tags ON connections USING gin (tags);
      CREATE INDEX connections_jump ON connections (jump_connection_id) WHERE deleted_at IS NULL;

      CREATE TABLE credentials (
        connection_id integer PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('password', 'private_key')),
        sealed bytea NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE host_keys (
        connection_id integer NOT NULL REFERENCES connections ON DELETE CASCADE,
        fingerprint text NOT NULL,
        algorithm text NOT NULL,
        public_key bytea,
        seen_at timestamptz NOT NULL DEFAULT now(),
        accepted_at timestamptz,
        accepted_by text,
        PRIMARY KEY (connection_id, fingerprint)
      );

      CREATE TABLE connection_grants (
        user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
        connection_id integer NOT NULL REFERENCES connections ON DELETE CASCADE,
        PRIMARY KEY (user_id, connection_id)
      );
      CREATE TRIGGER connection_grants_access AFTER INSERT OR UPDATE OR DELETE ON connection_grants
        FOR EACH STATEMENT EXECUTE FUNCTION raise_access_epoch();
      CREATE TRIGGER connections_access AFTER INSERT OR UPDATE OF tags, deleted_at OR DELETE ON connections
        FOR EACH STATEMENT EXECUTE FUNCTION raise_access_epoch();

      -- The one rule about who sees which connection; REST lists, details and socket rooms all ask it.
      CREATE FUNCTION visible_connection_ids(for_user integer) RETURNS SETOF integer
      LANGUAGE sql STABLE AS $$
        SELECT c.id FROM connections c
        WHERE c.deleted_at IS NULL AND EXISTS (
          SELECT FROM users u WHERE u.id = for_user AND NOT u.disabled AND (
            u.role = 'administrator'
            OR EXISTS (SELECT FROM connection_grants g WHERE g.user_id = u.id AND g.connection_id = c.id)
            OR EXISTS (SELECT FROM tag_grants t WHERE t.user_id = u.id AND t.tag = ANY (c.tags))
          )
        )
      $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION visible_connection_ids;
      DROP TABLE connection_grants, host_keys, credentials, connections;
    `);
  }
}
