import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `Idempotency-Key` of a rolling restart, with what was asked for by it. */
export class RollingRestartKeys1700000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE rolling_restarts ADD COLUMN idempotency_key text, ADD COLUMN request jsonb;
      CREATE INDEX rolling_restarts_key ON rolling_restarts (idempotency_key) WHERE idempotency_key IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE rolling_restarts DROP COLUMN idempotency_key, DROP COLUMN request`);
  }
}
