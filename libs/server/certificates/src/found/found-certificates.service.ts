import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { RouteInput, WatchAnswer, routes } from '@lockstep/contract';
import { AuditService, type SignedInActor } from '@lockstep/server-access';
import { ConnectionQueries } from '@lockstep/server-connections';
import { type FieldError, ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, type EntityManager } from 'typeorm';
import { FoundCertificateEntity } from '../model/found-certificate.entity.js';
import { scanMs } from '../scan/connection-scan.service.js';
import { FoundQueries } from './found-queries.js';
import { FoundStore } from './found-store.js';
import { PlaceLooks } from './place-looks.js';
import { type Place, placeOf, toPlace } from './place.js';

/** Milliseconds after which the daily check looks again: a little less than a day, so that jitter skips none. */
const restMs = 20 * 3_600_000;
/** How many places one look of the daily check takes. */
const atOnce = 50;

/** Watching certificates where they were found. Who may do so was decided before. */
@Injectable()
export class FoundCertificatesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly connections: ConnectionQueries,
    private readonly looks: PlaceLooks,
    private readonly store: FoundStore,
    private readonly queries: FoundQueries,
  ) {}

  /** Looks at the places and keeps those that show a certificate. @throws {ProblemException} VALIDATION_FAILED */
  async watch(
    actor: SignedInActor,
    { places: wanted }: RouteInput<typeof routes.watchCertificates>['body'],
  ): Promise<WatchAnswer> {
    const places = wanted.map(toPlace);
    await this.assertConnections(actor, places);
    const looks = await this.looks.look(places, { signal: AbortSignal.timeout(scanMs) });
    const ids = await this.dataSource.transaction(async (transaction) => {
      const kept: (number | null)[] = [];
      for (const [index, place] of places.entries()) {
        const look = looks[index];
        const id = look && 'sight' in look ? await this.store.keep(transaction, place, look.sight) : null;
        if (id !== null) await this.record(transaction, { actor, action: 'found_certificate.watched', id, place });
        kept.push(id);
      }
      return kept;
    });
    const found = await this.queries.some(
      actor.userId,
      ids.filter((id) => id !== null),
    );
    return {
      items: looks.map((look, index) => ({
        found: found.find(({ id }) => id === ids[index]) ?? null,
        failure: 'failure' in look ? look.failure : null,
      })),
    };
  }

  /** Looks now, whatever the look before came to. Answers when that is written down. @throws {ProblemException} NOT_FOUND */
  async check(userId: number, id: number): Promise<void> {
    await this.queries.get(userId, id);
    const entity = await this.dataSource.manager.findOneBy(FoundCertificateEntity, { id });
    if (!entity) throw notFound('certificate');
    const [look] = await this.looks.look([placeOf(entity)], { signal: AbortSignal.timeout(scanMs) });
    if (look) await this.store.note(id, look, new Date());
  }

  /** Watches a place no longer. @throws {ProblemException} NOT_FOUND */
  async forget(actor: SignedInActor, id: number): Promise<void> {
    await this.queries.get(actor.userId, id);
    await this.dataSource.transaction((transaction) => this.remove(transaction, actor, id));
  }

  /** The same in the caller's transaction: what was found is managed from then on. @throws {ProblemException} NOT_FOUND */
  async remove(transaction: EntityManager, actor: SignedInActor, id: number): Promise<void> {
    const entity = await transaction.findOneBy(FoundCertificateEntity, { id });
    if (!entity) throw notFound('found certificate');
    await transaction.delete(FoundCertificateEntity, { id });
    await this.record(transaction, { actor, action: 'found_certificate.forgotten', id, place: placeOf(entity) });
  }

  /**
   * The daily check: looks at every place that nobody has looked at for most of a day. A look has its deadlines, a place that
   * cannot be looked at stops no other, and two replicas that check at once do no harm. Answers how many were looked at, and
   * how many of them were not seen.
   */
  async checkFound(now: Date, signal?: AbortSignal): Promise<{ checked: number; failed: number }> {
    const counts = { checked: 0, failed: 0 };
    await this.store.dropOrphans();
    for (let last = 0; ;) {
      const entities = await this.store.due(new Date(now.getTime() - restMs), { after: last, limit: atOnce });
      const patience = AbortSignal.any([AbortSignal.timeout(scanMs * 2), ...(signal ? [signal] : [])]);
      const refusedWays = new Map(
        entities.flatMap(({ connectionId, refusedWay }) =>
          connectionId !== null && refusedWay !== null ? [[connectionId, refusedWay] as const] : [],
        ),
      );
      const looks = await this.looks.look(entities.map(placeOf), { signal: patience, refusedWays });
      if (signal?.aborted) return counts;
      for (const [index, { id }] of entities.entries()) {
        const look = looks[index];
        if (!look) continue;
        await this.store.note(id, look, now);
        counts.checked += 1;
        if ('failure' in look) counts.failed += 1;
      }
      last = entities.at(-1)?.id ?? last;
      if (entities.length < atOnce) return counts;
    }
  }

  private async assertConnections({ userId }: SignedInActor, places: readonly Place[]): Promise<void> {
    const ids = places.flatMap(({ connectionId }) => (connectionId === null ? [] : [connectionId]));
    const names = await this.connections.names(userId, ids);
    const errors = places.flatMap(({ connectionId }, index): FieldError[] =>
      connectionId === null || names.has(connectionId)
        ? []
        : [
            {
              path: `body.places.${String(index)}.connectionId`,
              message: `there is no connection ${String(connectionId)}`,
            },
          ],
    );
    const [first] = errors;
    if (first) throw new ProblemException('VALIDATION_FAILED', `${first.path}: ${first.message}`, { errors });
  }

  private record(
    transaction: EntityManager,
    { actor, action, id, place }: { actor: SignedInActor; action: string; id: number; place: Place },
  ): Promise<void> {
    const subject = `found_certificate:${String(id)}`;
    return this.audit.record(transaction, { actor, action, subject, detail: { ...place } });
  }
}
