/** What the newest renewal of a certificate asked a person, where it failed for that alone. */
export interface HostKeyQuestion {
  /** The connection whose first host key nobody has approved yet; null: none. */
  readonly awaitedHost: number | null;
  /** It was asked, and all of it is answered: nothing is known that keeps the next renewal from getting through. */
  readonly isAnswered: boolean;
}

/**
 * SQL for each certificate `c`: `question`, with the columns of {@link HostKeyQuestion} and `isAsked`. Of a renewal on several
 * hosts the deployments tell what came of it there. A key that was approved before it began is not what it failed for: then
 * the host that asks is another one, on the way. What is not deployed to any more is not waited for.
 */
export const hostKeyQuestion = `
  LEFT JOIN LATERAL (
    SELECT asks AS "isAsked", CASE WHEN asks THEN awaited END AS "awaitedHost", asks AND awaited IS NULL AS "isAnswered"
    FROM (
      SELECT coalesce(bool_and(failure.error_code = 'HOST_KEY_UNKNOWN'
          AND coalesce(approved.at > failure.started_at, true)), false) AS asks,
        min(failure.connection_id) FILTER (WHERE approved.at IS NULL AND EXISTS (
          SELECT FROM certificate_targets t JOIN connections n ON n.id = t.connection_id AND n.deleted_at IS NULL
          WHERE t.certificate_id = c.id AND t.connection_id = failure.connection_id)) AS awaited
      FROM (
        SELECT id, connection_id, error_code, started_at FROM operations
        WHERE type = 'certificate_renewal' AND target = c.id::text AND completed_at IS NOT NULL ORDER BY id DESC LIMIT 1
      ) newest CROSS JOIN LATERAL (
        SELECT newest.connection_id, newest.error_code, newest.started_at WHERE newest.error_code = 'HOST_KEY_UNKNOWN'
        UNION ALL
        SELECT connection_id, error_code, started_at FROM operations WHERE parent_id = newest.id AND status <> 'completed'
      ) failure LEFT JOIN LATERAL (
        SELECT min(accepted_at) AS at FROM host_keys k WHERE k.connection_id = failure.connection_id
      ) approved ON true
      WHERE newest.error_code IN ('HOST_KEY_UNKNOWN', 'DEPLOYMENT_INCOMPLETE')
    ) ends
  ) question ON true`;
