import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Issuers that are an ACME authority or a person: settings by kind, accounts, orders, and what was asked of a CA. */
export class Acme1700000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE issuers DROP CONSTRAINT issuers_kind_check;
      ALTER TABLE issuers RENAME COLUMN settings TO internal;
      ALTER TABLE issuers ALTER COLUMN internal DROP NOT NULL;
      ALTER TABLE issuers ADD COLUMN acme jsonb;
      ALTER TABLE issuers ADD CONSTRAINT issuers_kind CHECK (kind IN ('internal', 'acme', 'manual'));
      ALTER TABLE issuers ADD CONSTRAINT issuers_settings
        CHECK ((kind = 'internal') = (internal IS NOT NULL) AND (kind = 'acme') = (acme IS NOT NULL));

      -- One for each ACME issuer, made with it. The key is sealed before the CA hears of it.
      CREATE TABLE acme_accounts (
        issuer_id integer PRIMARY KEY REFERENCES issuers ON DELETE CASCADE,
        sealed_account_key bytea NOT NULL,
        sealed_eab_key bytea,
        eab_key_set_at timestamptz,
        sealed_provider_secret bytea,
        provider_secret_set_at timestamptz,
        url text,
        registered_at timestamptz,
        terms_of_service_url text,
        -- The CA asked to be left alone until then.
        paused_until timestamptz,
        CHECK ((url IS NULL) = (registered_at IS NULL))
      );

      -- The order that a version is issued by, as it was known last. It outlives the operation and the process.
      CREATE TABLE acme_orders (
        version_id uuid PRIMARY KEY REFERENCES certificate_versions ON DELETE CASCADE,
        issuer_id integer NOT NULL,
        placed_at timestamptz NOT NULL DEFAULT now(),
        stored jsonb NOT NULL
      );
      -- What is published now is asked for by strangers.
      CREATE INDEX acme_orders_presented ON acme_orders (version_id) WHERE stored -> 'presented' <> '[]';

      -- What counts against the limits of a CA. It outlives issuers, whose ids are never used again.
      CREATE TABLE acme_ledger (
        id bigserial PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        directory_url text NOT NULL,
        issuer_id integer NOT NULL,
        kind text NOT NULL CHECK (kind IN ('ordered', 'issued', 'validation_failed')),
        names text[] NOT NULL,
        order_url text NOT NULL,
        UNIQUE (order_url, kind)
      );
      CREATE INDEX acme_ledger_recent ON acme_ledger (directory_url, kind, at);

      -- What the CA said about when to renew (RFC 9773); renew_at is the moment that was chosen.
      ALTER TABLE certificate_versions ADD COLUMN renewal_information jsonb;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE certificate_versions DROP COLUMN renewal_information;
      DROP TABLE acme_ledger, acme_orders, acme_accounts;
      DELETE FROM issuers WHERE kind <> 'internal';
      ALTER TABLE issuers DROP CONSTRAINT issuers_settings, DROP CONSTRAINT issuers_kind, DROP COLUMN acme;
      ALTER TABLE issuers ALTER COLUMN internal SET NOT NULL;
      ALTER TABLE issuers RENAME COLUMN internal TO settings;
      ALTER TABLE issuers ADD CONSTRAINT issuers_kind_check CHECK (kind IN ('internal'));
    `);
  }
}
