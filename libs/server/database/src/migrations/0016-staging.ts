import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where checks of readiness place orders for trying out. */
export class Staging1700000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE issuers SET acme = acme || '{"stagingDirectoryUrl": null}' WHERE acme IS NOT NULL;

      -- Our account at the staging of an issuer's CA. Another directory takes another account.
      CREATE TABLE acme_staging_accounts (
        issuer_id integer PRIMARY KEY REFERENCES issuers ON DELETE CASCADE,
        directory_url text NOT NULL,
        sealed_account_key bytea NOT NULL,
        url text,
        -- It asked to be left alone until then.
        paused_until timestamptz
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE acme_staging_accounts;
      UPDATE issuers SET acme = acme - 'stagingDirectoryUrl' WHERE acme IS NOT NULL;
    `);
  }
}
