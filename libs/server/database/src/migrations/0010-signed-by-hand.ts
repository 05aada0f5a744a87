import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The issuer of certificates that people bring; there from the start, unless somebody has called another so. */
export class SignedByHand1700000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `INSERT INTO issuers (name, kind, built_in) VALUES ('Signed by hand', 'manual', true) ON CONFLICT DO NOTHING`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM issuers WHERE kind = 'manual' AND built_in`);
  }
}
