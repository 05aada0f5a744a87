import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { KnownHostsAnswer } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { ProblemException } from '@lockstep/server-http';
import { type KnownHost, knownHostName, matchesKnownHost, parseKnownHosts } from '@lockstep/server-ssh';
import { DataSource, type EntityManager, In, IsNull } from 'typeorm';
import { ConnectionEntity } from '../model/connection.entity.js';
import { HostKeyEntity } from '../model/host-key.entity.js';

/** What known_hosts calls a host, and the connections to it. */
interface Endpoint {
  readonly name: string;
  readonly connectionIds: number[];
}

/** A line and the connections that it is about. */
interface Match {
  readonly known: KnownHost;
  readonly connectionIds: readonly number[];
}

/** Comparisons (each perhaps an HMAC) before other requests get their turn. */
const comparisonsInOneTurn = 2_000;

/** Approves host keys that someone brings along in a known_hosts file. */
@Injectable()
export class KnownHostsImportService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  /** @throws {ProblemException} IMPORT_UNREADABLE when not one line can be read. */
  async import(actor: AuditActor, text: string): Promise<KnownHostsAnswer> {
    const { hosts, ignored } = parseKnownHosts(text);
    if (hosts.length === 0) throw new ProblemException('IMPORT_UNREADABLE', 'No line of this text is a known host.');
    const connections = await this.connections();
    const names = new Map(connections.map(({ id, name }) => [id, name]));
    const matches = await findMatches(hosts, endpointsOf(connections));
    return this.dataSource.transaction(async (transaction) => {
      const accepted: KnownHostsAnswer['accepted'] = [];
      let useless = ignored;
      for (const match of matches) {
        const taken = await this.accept(transaction, match, actor);
        if (taken.length === 0) useless += 1;
        const { fingerprint } = match.known;
        accepted.push(...taken.map((id) => ({ connectionId: id, name: names.get(id) ?? '', fingerprint })));
      }
      const detail = {
        accepted: accepted.length,
        connectionIds: accepted.slice(0, 100).map(({ connectionId }) => connectionId),
      };
      if (accepted.length > 0)
        await this.audit.record(transaction, { actor, action: 'host_keys.imported', subject: 'connections', detail });
      return { accepted, ignored: useless };
    });
  }

  private connections(): Promise<ConnectionEntity[]> {
    return this.dataSource.manager.find(ConnectionEntity, {
      where: { deletedAt: IsNull() },
      select: { id: true, name: true, host: true, port: true },
      order: { id: 'ASC' },
    });
  }

  /** A connection that has another approved key of this type keeps it: an old file must not add an outdated key. */
  private async accept(
    transaction: EntityManager,
    { known, connectionIds }: Match,
    actor: AuditActor,
  ): Promise<number[]> {
    if (connectionIds.length === 0) return [];
    const rows: { id: number }[] = await transaction.query(
      `INSERT INTO host_keys (connection_id, fingerprint, algorithm, public_key, accepted_at, accepted_by)
       SELECT c.id, $2, $3, $4, now(), $5 FROM connections c
       WHERE c.id = ANY($1) AND c.deleted_at IS NULL AND NOT EXISTS (
         SELECT FROM host_keys k WHERE k.connection_id = c.id AND k.accepted_at IS NOT NULL AND k.algorithm = $3 AND k.fingerprint <> $2
       )
       ON CONFLICT (connection_id, fingerprint) DO UPDATE
         SET accepted_at = coalesce(host_keys.accepted_at, now()), accepted_by = coalesce(host_keys.accepted_by, $5)
       RETURNING connection_id AS id`,
      [connectionIds, known.fingerprint, known.algorithm, known.key, actor.name],
    );
    const ids = rows.map(({ id }) => id);
    await transaction.delete(HostKeyEntity, {
      connectionId: In(ids),
      algorithm: known.algorithm,
      acceptedAt: IsNull(),
    });
    return ids;
  }
}

function endpointsOf(connections: readonly ConnectionEntity[]): Endpoint[] {
  const byName = Map.groupBy(connections, ({ host, port }) => knownHostName(host, port));
  return [...byName].map(([name, found]) => ({ name, connectionIds: found.map(({ id }) => id) }));
}

async function findMatches(hosts: readonly KnownHost[], endpoints: readonly Endpoint[]): Promise<Match[]> {
  const byName = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
  const matches: Match[] = [];
  let comparisons = 0;
  for (const known of hosts) {
    const plain = known.hashed === null && known.patterns.every((pattern) => !/[*?!]/.test(pattern));
    const candidates = plain ? known.patterns.flatMap((pattern) => byName.get(pattern.toLowerCase()) ?? []) : endpoints;
    const connectionIds = new Set<number>();
    for (const endpoint of candidates) {
      comparisons += 1;
      if (comparisons % comparisonsInOneTurn === 0) await nextTurn();
      if (matchesKnownHost(known, endpoint.name)) for (const id of endpoint.connectionIds) connectionIds.add(id);
    }
    matches.push({ known, connectionIds: [...connectionIds] });
  }
  return matches;
}
