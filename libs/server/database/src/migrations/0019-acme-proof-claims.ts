import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who takes a left proof back is seen by a renewal that is about to publish the same one again: it waits. */
export class AcmeProofClaims1700000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE acme_proofs ADD COLUMN claimed_until timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE acme_proofs DROP COLUMN claimed_until');
  }
}
