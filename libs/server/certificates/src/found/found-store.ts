import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, LessThan, MoreThan } from 'typeorm';
import { FoundCertificateEntity } from '../model/found-certificate.entity.js';
import { renewalBegins } from '../versions/renewal-window.js';
import { type Look, type Place, type Sight, placeKey } from './place.js';

/** What is known about watched places. */
@Injectable()
export class FoundStore {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Keeps a place with what it showed, or what it shows now where it is kept already. Answers its id. */
  async keep(transaction: EntityManager, place: Place, sight: Sight): Promise<number> {
    const { kind: _kind, ...columns } = place;
    const key = placeKey(place);
    const now = new Date();
    await transaction
      .createQueryBuilder()
      .insert()
      .into(FoundCertificateEntity)
      .values({ ...columns, placeKey: key, ...columnsOf(sight, now), checkedAt: now })
      .orUpdate(seenColumns, ['place_key'])
      .execute();
    return (await transaction.findOneByOrFail(FoundCertificateEntity, { placeKey: key })).id;
  }

  /** Writes down what a look came to. What was seen before stays known while a place cannot be looked at. */
  async note(id: number, look: Look, now: Date): Promise<void> {
    if ('sight' in look) {
      await this.dataSource.manager.update(
        FoundCertificateEntity,
        { id },
        { ...columnsOf(look.sight, now), checkedAt: now },
      );
      return;
    }
    await this.dataSource.query(
      `UPDATE found_certificates SET checked_at = $2, failure_code = $3, failure_message = $4, refused_way = $5,
         failing_since = coalesce(failing_since, $2) WHERE id = $1`,
      [id, now, look.failure.code, look.failure.message, look.refusedWay],
    );
  }

  /** Those that nobody has looked at since `before`, by id. */
  due(before: Date, { after, limit }: { after: number; limit: number }): Promise<FoundCertificateEntity[]> {
    const where = { checkedAt: LessThan(before), id: MoreThan(after) };
    return this.dataSource.manager.find(FoundCertificateEntity, { where, order: { id: 'ASC' }, take: limit });
  }

  /** Forgets what was found through connections that were removed: nobody sees it any more. */
  async dropOrphans(): Promise<void> {
    await this.dataSource.query(
      'DELETE FROM found_certificates f USING connections c WHERE c.id = f.connection_id AND c.deleted_at IS NOT NULL',
    );
  }
}

const seenColumns = [
  'facts',
  'chain',
  'problems',
  'not_after',
  'renew_at',
  'seen_at',
  'checked_at',
  'failure_code',
  'failure_message',
  'failing_since',
  'refused_way',
];

const columnsOf = ({ leaf, chain, problems }: Sight, now: Date) => ({
  facts: leaf,
  chain: [...chain],
  problems: [...problems],
  notAfter: new Date(leaf.notAfter),
  renewAt: renewalBegins(new Date(leaf.notBefore), new Date(leaf.notAfter)),
  seenAt: now,
  failureCode: null,
  failureMessage: null,
  failingSince: null,
  refusedWay: null,
});
