import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Endpoint, ServedEndpoint } from '@lockstep/contract';
import { SshError } from '@lockstep/server-ssh';
import type { DataSource } from 'typeorm';
import { DiscoveryService } from '../scan/discovery.service.js';

/** An endpoint, and the leaf that was verified there. */
interface Expected extends Endpoint {
  readonly connectionId: number;
  readonly fingerprint: string;
}

/** A certificate with everything that is to show it. */
export interface Deployed {
  readonly certificateId: number;
  readonly endpoints: readonly Expected[];
}

/** What the endpoints of certificates show, compared with what was deployed to them. */
@Injectable()
export class ServedEndpoints {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly discovery: DiscoveryService,
  ) {}

  /** All that can be looked at; those that expire first come first. */
  deployed(): Promise<Deployed[]> {
    return this.dataSource.query(`
      SELECT t.certificate_id AS "certificateId", json_agg(json_build_object('connectionId', t.connection_id,
        'host', endpoint->'host', 'port', endpoint->'port', 'serverName', endpoint->'serverName',
        'fingerprint', v.facts->'fingerprint') ORDER BY t.place) AS endpoints
      FROM certificate_targets t
        JOIN certificate_versions v ON v.certificate_id = t.certificate_id AND v.number = t.deployed_version
        CROSS JOIN LATERAL jsonb_array_elements(t.verify) AS endpoint
      GROUP BY t.certificate_id ORDER BY min(v.not_after)`);
  }

  /** Looks at them, and answers whether each showed what it should, as clients take it. Errors: the signal's reason. */
  async check({ certificateId, endpoints }: Deployed, signal: AbortSignal): Promise<boolean> {
    const served = await Promise.all(endpoints.map((endpoint) => this.look(endpoint, signal)));
    await this.keep(certificateId, served);
    return served.every(({ state, problems }) => state === 'as_deployed' && problems.length === 0);
  }

  /** One that shows nothing gets a second chance: a single lost packet is no news. */
  private async look(expected: Expected, signal: AbortSignal): Promise<ServedEndpoint> {
    const { fingerprint: deployed, ...endpoint } = expected;
    try {
      const look = () => this.discovery.look(endpoint, signal);
      const { leaf, problems } = await look().catch(look);
      const state = leaf.fingerprint === deployed ? 'as_deployed' : 'other';
      const objections = problems.filter(({ code }) => code !== 'unknown_authority');
      return { ...endpoint, state, fingerprint: leaf.fingerprint, detail: null, problems: objections };
    } catch (error) {
      if (!(error instanceof SshError) || signal.aborted) throw error;
      return { ...endpoint, state: 'unreachable', fingerprint: null, detail: error.message, problems: [] };
    }
  }

  /** What a renewal changes while it is looked at is for that renewal to verify. */
  private async keep(certificateId: number, served: readonly ServedEndpoint[]): Promise<void> {
    await this.dataSource.query(
      `UPDATE certificates SET served = $2, checked_at = now() WHERE id = $1 AND NOT EXISTS (
         SELECT FROM operations o WHERE o.type = 'certificate_renewal' AND o.target = $1::text
           AND o.status IN ('pending', 'in_progress'))`,
      [certificateId, JSON.stringify(served)],
    );
  }
}
