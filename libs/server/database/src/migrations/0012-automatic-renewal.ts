import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each certificate is renewed next by itself, and why then or not at all. */
export class AutomaticRenewal1700000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE certificates
        ADD COLUMN next_attempt_at timestamptz,
        ADD COLUMN renewal_reason text NOT NULL DEFAULT 'not_begun',
        -- The facts that both were planned from. Where they have changed, it is planned anew.
        ADD COLUMN planned_from text;
      CREATE INDEX certificates_next_attempt ON certificates (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
      CREATE INDEX operations_renewals ON operations (target, id) WHERE type = 'certificate_renewal';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX operations_renewals, certificates_next_attempt;
      ALTER TABLE certificates DROP COLUMN planned_from, DROP COLUMN renewal_reason, DROP COLUMN next_attempt_at;
    `);
  }
}
