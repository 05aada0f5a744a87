/**
 * SQL for each certificate `c`: the version `v` that counts, because it is what clients see. Of those on its targets that is
 * the one that expires first; what was issued and did not arrive helps nobody. Without targets it is the newest.
 */
export const versionInUse = `
  LEFT JOIN LATERAL (
    SELECT i.* FROM certificate_versions i
      LEFT JOIN certificate_targets t ON t.certificate_id = c.id AND t.deployed_version = i.number
    WHERE i.certificate_id = c.id AND i.issued_at IS NOT NULL AND (t.id IS NOT NULL
      OR NOT EXISTS (SELECT FROM certificate_targets any_target WHERE any_target.certificate_id = c.id))
    ORDER BY CASE WHEN t.id IS NOT NULL THEN i.not_after END, i.number DESC LIMIT 1
  ) v ON true`;

/** SQL for the status of that certificate; beside `versionInUse`. */
export const certificateStatus = `
  CASE WHEN v.not_after <= now() THEN 'expired'
    WHEN v.renew_at <= now() THEN 'due'
    WHEN v.id IS NOT NULL THEN 'valid'
    WHEN EXISTS (SELECT FROM certificate_versions i WHERE i.certificate_id = c.id AND i.issued_at IS NOT NULL)
      THEN 'not_deployed'
    ELSE 'not_issued' END`;
