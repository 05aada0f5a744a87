import type { EntityManager } from 'typeorm';

/** When what is in use, or was found, ends. */
export interface Expiry {
  /** `certificate_expiring:5` or `found_certificate_expiring:5`. */
  readonly subjectKey: string;
  readonly name: string;
  /** In the console. */
  readonly link: string;
  readonly connectionIds: readonly number[];
  readonly notAfter: Date;
  /** So near that people should know. */
  readonly isNear: boolean;
  readonly hasExpired: boolean;
  /** A look a day would come too late. */
  readonly isShortLived: boolean;
}

/**
 * A quarter of the lifetime, but seven days at most: then automatic renewal has tried for a while. Where a person has to act
 * it is twenty-one.
 */
const statement = `
  WITH ends AS (
    SELECT 'certificate_expiring:' || c.id AS key, c.name, '/certificates/' || c.id AS link, v.not_before, v.not_after,
      CASE WHEN c.auto_renew AND c.next_attempt_at IS NOT NULL THEN interval '7 days' ELSE interval '21 days' END AS most,
      ARRAY (SELECT t.connection_id FROM certificate_targets t WHERE t.certificate_id = c.id) AS connections
    FROM certificates c JOIN LATERAL (
      SELECT v.not_before, v.not_after FROM certificate_targets t
        JOIN connections n ON n.id = t.connection_id AND n.deleted_at IS NULL
        JOIN certificate_versions v ON v.certificate_id = c.id AND v.number = t.deployed_version
      WHERE t.certificate_id = c.id ORDER BY v.not_after LIMIT 1) v ON true
    UNION ALL
    SELECT 'found_certificate_expiring:' || f.id, coalesce(f.server_name, f.host, f.path, f.place_key), '/certificates',
      (f.facts->>'notBefore')::timestamptz, f.not_after, interval '21 days',
      CASE WHEN f.connection_id IS NULL THEN '{}' ELSE ARRAY[f.connection_id] END
    FROM found_certificates f
  )
  SELECT key AS "subjectKey", name, link, connections AS "connectionIds", not_after AS "notAfter",
    not_after - least(most, (not_after - not_before) / 4) <= now() AS "isNear", not_after <= now() AS "hasExpired",
    not_after - not_before < interval '10 days' AS "isShortLived"
  FROM ends ORDER BY not_after`;

export const expiries = (transaction: EntityManager): Promise<Expiry[]> => transaction.query<Expiry[]>(statement);
