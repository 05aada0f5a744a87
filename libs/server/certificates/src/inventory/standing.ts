import { type NeedyStatus, needyStatuses } from '@lockstep/contract';
import { hostKeyQuestion } from '../renewals/host-key-question.js';
import { failedRenewals } from '../renewals/renewal-facts.js';

/**
 * SQL for each certificate `c`, through the eyes of the user $1: `v`, the version that counts because it is what clients see,
 * `seen.served`, what the last look at its endpoints showed, and the `question` that its newest renewal asked. Of the versions on its targets the one counts that expires
 * first; what was issued and did not arrive helps nobody. Without targets it is the newest. What was seen before a target was
 * deployed to is over, and what is deployed to a removed connection is nobody's any more.
 */
export const certificateStanding = `
  LEFT JOIN LATERAL (
    SELECT i.* FROM certificate_versions i LEFT JOIN (
        certificate_targets t JOIN connections n ON n.id = t.connection_id AND n.deleted_at IS NULL
      ) ON t.certificate_id = c.id AND t.deployed_version = i.number
    WHERE i.certificate_id = c.id AND i.issued_at IS NOT NULL AND (t.id IS NOT NULL OR NOT EXISTS (
      SELECT FROM certificate_targets any_target
        JOIN connections n ON n.id = any_target.connection_id AND n.deleted_at IS NULL
      WHERE any_target.certificate_id = c.id))
    ORDER BY CASE WHEN t.id IS NOT NULL THEN i.not_after END, i.number DESC LIMIT 1
  ) v ON true
  LEFT JOIN LATERAL (
    SELECT coalesce(jsonb_agg('{"problems": []}' || endpoint), '[]') AS served FROM jsonb_array_elements(c.served) AS endpoint
    WHERE EXISTS (SELECT FROM certificate_targets t WHERE t.certificate_id = c.id AND t.deployed_at <= c.checked_at
      AND t.connection_id = (endpoint->>'connectionId')::integer
      AND t.connection_id IN (SELECT visible.id FROM visible_connection_ids($1) AS visible (id))
      AND t.verify @> jsonb_build_array(endpoint - '{connectionId,state,fingerprint,detail,problems}'::text[]))
  ) seen ON true${hostKeyQuestion}`;

/** When each status is true of a certificate `c` with its {@link certificateStanding}. Whichever comes first counts. */
const certificateTests: Record<NeedyStatus, string> = {
  expired: `v.not_after <= now() OR seen.served @? '$[*].problems[*] ? (@.code == "expired")'`,
  unreachable: `seen.served @? '$[*] ? (@.state == "unreachable")'`,
  wrongly_served: `seen.served @? '$[*] ? (@.state == "other" || exists(@.problems[*]))'`,
  renewal_failing: `NOT question."isAsked" AND ${failedRenewals} > 0`,
  awaits_approval: `question."awaitedHost" IS NOT NULL`,
  due: 'v.renew_at <= now()',
};

/** The same for one that was found, `f`. An authority that is not well known is no fault: many a fleet has its own. */
const foundTests: Record<NeedyStatus, string> = {
  expired: `f.not_after <= now() OR f.problems @? '$[*] ? (@.code == "expired")'`,
  unreachable: 'f.failure_code IS NOT NULL',
  wrongly_served: `f.problems @? '$[*] ? (@.code != "unknown_authority")'`,
  renewal_failing: 'false',
  awaits_approval: 'false',
  due: 'f.renew_at <= now()',
};

const firstOf = (tests: Record<NeedyStatus, string>): string =>
  needyStatuses.map((status) => `WHEN ${tests[status]} THEN '${status}'`).join(' ');

/** SQL for the status of a certificate `c`; beside {@link certificateStanding}. */
export const certificateStatus = `
  CASE ${firstOf(certificateTests)} WHEN v.id IS NOT NULL THEN 'valid'
    WHEN EXISTS (SELECT FROM certificate_versions i WHERE i.certificate_id = c.id AND i.issued_at IS NOT NULL)
      THEN 'not_deployed'
    ELSE 'not_issued' END`;

/** SQL for the status of a found certificate `f`. */
export const foundStatus = `CASE ${firstOf(foundTests)} ELSE 'valid' END`;

/** The rank of what needs nobody: after all that do. */
export const calmRank = needyStatuses.length + 1;

/** SQL for the rank of a `status`: 1 is the worst. */
export const attentionRank = `coalesce(array_position('{${needyStatuses.join(',')}}'::text[], status), ${String(calmRank)})`;
