import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is published to prove names, apart from the orders: it is to be taken back also when those are gone. The ledger counts in advance. */
export class AcmeProofs1700000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Known before it is published, and until it is known to be taken back. It outlives version, certificate and issuer.
      CREATE TABLE acme_proofs (
        id bigserial PRIMARY KEY,
        version_id uuid NOT NULL,
        certificate_id integer NOT NULL,
        issuer_id integer NOT NULL,
        -- The operation that published it last, and the connection of that.
        operation_id uuid,
        connection_id integer NOT NULL,
        -- The way in which the issuer had names proved then.
        challenge jsonb NOT NULL,
        proof jsonb NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        -- The way to the host on which a login was refused: it is not gone again by itself.
        refused_way text,
        UNIQUE (version_id, connection_id, challenge, proof)
      );
      CREATE INDEX acme_proofs_certificate ON acme_proofs (certificate_id);
      -- What is published now is asked for by strangers.
      CREATE INDEX acme_proofs_location ON acme_proofs ((proof ->> 'location'));

      INSERT INTO acme_proofs (version_id, certificate_id, issuer_id, operation_id, connection_id, challenge, proof)
        SELECT o.version_id, v.certificate_id, o.issuer_id, v.operation_id,
          coalesce((SELECT t.connection_id FROM certificate_targets t WHERE t.certificate_id = v.certificate_id
            ORDER BY t.place LIMIT 1), 0), i.acme -> 'challenge', proof
        FROM acme_orders o JOIN certificate_versions v ON v.id = o.version_id
          JOIN issuers i ON i.id = o.issuer_id AND i.acme IS NOT NULL,
          jsonb_array_elements(o.stored -> 'presented') AS proof;
      DROP INDEX acme_orders_presented;
      UPDATE acme_orders SET stored = stored - 'presented';

      -- Of an order whose answer was lost nobody knows the address, and it counts.
      ALTER TABLE acme_ledger ALTER COLUMN order_url DROP NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM acme_ledger WHERE order_url IS NULL;
      ALTER TABLE acme_ledger ALTER COLUMN order_url SET NOT NULL;
      UPDATE acme_orders o SET stored = stored || jsonb_build_object('presented',
        coalesce((SELECT jsonb_agg(p.proof) FROM acme_proofs p WHERE p.version_id = o.version_id), '[]'));
      DROP TABLE acme_proofs;
      CREATE INDEX acme_orders_presented ON acme_orders (version_id) WHERE stored -> 'presented' <> '[]';
    `);
  }
}
