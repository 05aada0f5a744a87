import type { CertificateProblem, OperationErrorCode, ServedEndpoint } from '@lockstep/contract';
import type { CertificatesServer } from './certificates-server.js';

type Look = Partial<Pick<ServedEndpoint, 'state' | 'problems'>>;

/** Puts certificates into the inventory in a state that a renewal or a look leaves behind, at any age. */
export class InventoryStage {
  constructor(private readonly server: CertificatesServer) {}

  /** One with an endpoint on the connection, deployed an hour ago, that still lasts so many days. Answers its id. */
  async deployed(name: string, connectionId: number, daysLeft: number): Promise<number> {
    const target = {
      connectionId,
      certificatePath: `/etc/ssl/${name}.pem`,
      keyPath: `/etc/ssl/${name}.key`,
      verify: [{ host: '127.0.0.1', port: 443, serverName: `${name}.example` }],
    };
    // Not by itself: what is staged stays as it is.
    const { id } = await this.server.addCertificate(name, { autoRenew: false, targets: [target] });
    await this.issue(id, { daysLeft });
    await this.arrive(id, connectionId, 1);
    return id;
  }

  /** Writes a version down as if it had been issued; it is due ten days before its end. */
  async issue(id: number, { daysLeft, number = 1 }: { daysLeft: number; number?: number }): Promise<void> {
    const facts = { subject: '', issuer: '', names: [], serialNumber: '1', fingerprint: 'AA', keyType: 'ecdsa-p256' };
    await this.query(
      `INSERT INTO certificate_versions (id, certificate_id, number, domains, issuer_id, key_type, sealed_key, request,
         issued_at, leaf, chain, facts, not_before, not_after, renew_at)
       SELECT gen_random_uuid(), $1, $2, '{}', 1, 'ecdsa-p256', '', 'request', now(), '', '', $3, now() - interval '90 days',
         now() + $4 * interval '1 day', now() + ($4 - 10) * interval '1 day'`,
      [id, number, { ...facts, notBefore: new Date(), notAfter: new Date() }, daysLeft],
    );
  }

  /** The target on the connection has that version, since an hour. */
  async arrive(id: number, connectionId: number, number: number): Promise<void> {
    await this.query(
      `UPDATE certificate_targets SET deployed_version = $3, deployed_at = now() - interval '1 hour'
       WHERE certificate_id = $1 AND connection_id = $2`,
      [id, connectionId, number],
    );
  }

  /** What the daily check saw at all its endpoints, so many hours ago. */
  async seen(id: number, look: Look, hoursAgo = 0): Promise<void> {
    await this.query(
      `UPDATE certificates SET checked_at = now() - $3 * interval '1 hour', served = (
         SELECT jsonb_agg(endpoint || jsonb_build_object('connectionId', t.connection_id) || $2) FROM certificate_targets t,
           jsonb_array_elements(t.verify) AS endpoint WHERE t.certificate_id = $1) WHERE id = $1`,
      [id, { state: 'as_deployed', fingerprint: null, detail: null, problems: [], ...look }, hoursAgo],
    );
  }

  /** A renewal that has ended, or failed by what is told; with a parent the deployment on another host. Answers its id. */
  async renewed(
    id: number,
    connectionId: number,
    end: 'completed' | 'failed' | 'cancelled' | { errorCode?: OperationErrorCode; parentId?: string },
  ): Promise<string> {
    const status = typeof end === 'string' ? end : 'failed';
    const { errorCode = 'DISK_FULL', parentId = null } = typeof end === 'string' ? {} : end;
    const [row] = await this.query<{ id: string }>(
      `INSERT INTO operations (id, connection_id, connection_name, type, target, status, progress, message, effect, error,
         error_code, started_at, completed_at, created_by, actor, sequence, steps, changes_host, parent_id)
       VALUES (uuidv7(), $1, 'host', CASE WHEN $5::uuid IS NULL THEN 'certificate_renewal' ELSE 'certificate_deployment' END,
         $2, $3, 100, '', 'none', CASE WHEN $3 = 'failed' THEN 'The disk is full.' END, CASE WHEN $3 = 'failed' THEN $4 END,
         now(), now(), 'user', '{"kind":"user","id":"1","name":"ada"}', 1, '[]', true, $5) RETURNING id`,
      [connectionId, String(id), status, errorCode, parentId],
    );
    return row?.id ?? '';
  }

  /** One that is watched at an address. Answers its id. */
  async found(
    name: string,
    {
      daysLeft,
      problems = [],
      failure,
    }: { daysLeft: number; problems?: CertificateProblem['code'][]; failure?: string },
    connectionId: number | null = null,
  ): Promise<number> {
    const facts = { subject: '', issuer: '', names: [name], serialNumber: '1', fingerprint: 'AA', keyType: 'rsa-2048' };
    const [row] = await this.query<{ id: number }>(
      `INSERT INTO found_certificates (connection_id, host, port, server_name, place_key, facts, chain, problems, not_after,
         renew_at, seen_at, checked_at, failure_code, failure_message, failing_since)
       SELECT $1, '127.0.0.1', 443, $2, $2, $3, '[]', $4, now() + $5 * interval '1 day', now() + ($5 - 10) * interval '1 day',
         now(), now(), $6::text, $6, CASE WHEN $6 IS NOT NULL THEN now() END RETURNING id`,
      [
        connectionId,
        name,
        { ...facts, notBefore: new Date(), notAfter: new Date() },
        JSON.stringify(problems.map((code) => ({ code, message: code }))),
        daysLeft,
        failure ?? null,
      ],
    );
    return row?.id ?? 0;
  }

  private query<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return this.server.dataSource.query(sql, values);
  }
}
