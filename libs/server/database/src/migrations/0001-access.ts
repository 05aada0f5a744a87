import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, sessions, API tokens, grants, throttling, audit. */
export class Access1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id serial PRIMARY KEY,
        username text NOT NULL,
        role text NOT NULL CHECK (role IN ('administrator', 'operator', 'viewer')),
        password_hash text NOT NULL,
        disabled boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_sign_in_at timestamptz
      );
      CREATE UNIQUE INDEX users_username ON users (lower(username));

      -- A session is a family of refresh tokens, numbered by generation. One is current; the one before is honoured for a
      -- short grace, because two tabs may refresh at the same moment. A token bears its session, its generation and a
      -- MAC, so nothing of it is kept here and any older one is known for what it is: used again.
      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
        generation integer NOT NULL DEFAULT 1,
        rotated_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz
      );
      CREATE INDEX sessions_user ON sessions (user_id);

      CREATE TABLE api_tokens (
        id serial PRIMARY KEY,
        user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('administrator', 'operator', 'viewer')),
        token_hash bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX api_tokens_user ON api_tokens (user_id);

      CREATE TABLE tag_grants (
        user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
        tag text NOT NULL,
        PRIMARY KEY (user_id, tag)
      );

      -- Failed sign-ins, counted here so that replicas count together.
      CREATE TABLE sign_in_attempts (
        key text PRIMARY KEY,
        failures integer NOT NULL,
        blocked_until timestamptz NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      );

      -- Set-up: one row; its token's hash, and when it was used.
      CREATE TABLE setup (
        id boolean PRIMARY KEY DEFAULT true CHECK (id),
        token_hash bytea,
        completed_at timestamptz
      );
      INSERT INTO setup DEFAULT VALUES;

      -- One row. Raised by every change that can take a right away; live sockets are checked again when it moves.
      CREATE TABLE access_epoch (
        id boolean PRIMARY KEY DEFAULT true CHECK (id),
        epoch bigint NOT NULL DEFAULT 1
      );
      INSERT INTO access_epoch DEFAULT VALUES;

      CREATE FUNCTION raise_access_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE access_epoch SET epoch = epoch + 1;
        PERFORM pg_notify('access_changed', '');
        RETURN NULL;
      END $$;
      CREATE TRIGGER users_access AFTER UPDATE OF role, disabled, password_hash OR DELETE ON users
        FOR EACH STATEMENT EXECUTE FUNCTION raise_access_epoch();
      CREATE TRIGGER sessions_access AFTER UPDATE OF revoked_at OR DELETE ON sessions
        FOR EACH STATEMENT EXECUTE FUNCTION raise_access_epoch();
      CREATE TRIGGER api_tokens_access AFTER UPDATE OF revoked_at OR DELETE ON api_tokens
        FOR EACH STATEMENT EXECUTE FUNCTION raise_access_epoch();
      CREATE TRIGGER tag_grants_access AFTER INSERT OR UPDATE OR DELETE ON tag_grants
        FOR EACH STATEMENT EXECUTE FUNCTION raise_access_epoch();

      -- The root of the signing keys, sealed by the master key. One row, made at first start.
      CREATE TABLE installation (
        id smallint PRIMARY KEY CHECK (id = 1),
        sealed_key bytea NOT NULL
      );

      -- Numbered without gaps under the lock of audit_head's row; each hash covers the one before.
      CREATE TABLE audit_entries (
        id bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        actor jsonb NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        result text NOT NULL CHECK (result IN ('ok', 'refused', 'failed')),
        detail jsonb NOT NULL DEFAULT '{}',
        hash bytea NOT NULL
      );
      CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit entries are append-only';
      END $$;
      CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

      -- The newest entry, sealed, so that entries cut off the end are missed.
      CREATE TABLE audit_head (
        id smallint PRIMARY KEY CHECK (id = 1),
        entry_id bigint NOT NULL,
        hash bytea NOT NULL,
        seal bytea NOT NULL
      );
      INSERT INTO audit_head VALUES (1, 0, '', '');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE audit_head, audit_entries, installation, access_epoch, setup, sign_in_attempts, tag_grants, api_tokens, sessions, users;
      DROP FUNCTION raise_access_epoch, refuse_audit_change;
    `);
  }
}
