import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each certificate is renewed next by itself, why then or not at all, and the daily check of what is served. */
export class AutomaticRenewal1700000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE certificates
        ADD COLUMN next_attempt_at timestamptz,
        ADD COLUMN renewal_reason text NOT NULL DEFAULT 'not_begun',
        -- The facts that both were planned from. Where they have changed, it is planned anew.
        ADD COLUMN planned_from text,
        -- What its endpoints showed when they were looked at last.
        ADD COLUMN checked_at timestamptz,
        ADD COLUMN served jsonb NOT NULL DEFAULT '[]';
      CREATE INDEX certificates_next_attempt ON certificates (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
      CREATE INDEX operations_renewals ON operations (target, id) WHERE type = 'certificate_renewal';

      -- One row for all replicas. At night, and not at the same moment as everybody else's.
      CREATE TABLE certificate_check (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        second_of_day integer NOT NULL DEFAULT 7200 + floor(random() * 10800) CHECK (second_of_day BETWEEN 0 AND 86399),
        made_at timestamptz NOT NULL DEFAULT now(),
        requested_at timestamptz,
        begun_at timestamptz,
        -- Whoever begun it and says nothing until then is gone.
        claimed_until timestamptz,
        ended_at timestamptz,
        checked integer NOT NULL DEFAULT 0,
        troubled integer NOT NULL DEFAULT 0,
        -- When somebody looked for renewals that are due.
        renewals_looked_at timestamptz NOT NULL DEFAULT now()
      );
      INSERT INTO certificate_check DEFAULT VALUES;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE certificate_check;
      DROP INDEX operations_renewals, certificates_next_attempt;
      ALTER TABLE certificates DROP COLUMN served, DROP COLUMN checked_at, DROP COLUMN planned_from,
        DROP COLUMN renewal_reason, DROP COLUMN next_attempt_at;
    `);
  }
}
