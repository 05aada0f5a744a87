import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Issuer, RouteInput, routes } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { sqlState } from '@lockstep/server-database';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, type EntityManager } from 'typeorm';
import { CertificateEntity } from '../model/certificate.entity.js';
import { toIssuer } from '../model/certificate.mapper.js';
import { IssuerEntity } from '../model/issuer.entity.js';

type NewIssuer = RouteInput<typeof routes.createIssuer>['body'];
type IssuerChange = RouteInput<typeof routes.changeIssuer>['body'];

/** Who can sign. One is there from the start. */
@Injectable()
export class IssuersService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  async list(): Promise<Issuer[]> {
    const entities = await this.dataSource.manager.find(IssuerEntity, { order: { id: 'ASC' } });
    return Promise.all(entities.map((entity) => this.complete(entity)));
  }

  /** @throws {ProblemException} NOT_FOUND */
  async get(id: number): Promise<Issuer> {
    const entity = await this.dataSource.manager.findOneBy(IssuerEntity, { id });
    if (!entity) throw notFound('issuer');
    return this.complete(entity);
  }

  /** @throws {ProblemException} NAME_TAKEN */
  async create(actor: AuditActor, { name, kind, internal }: NewIssuer): Promise<Issuer> {
    const id = await this.transaction(async (transaction) => {
      const entity = await transaction.save(IssuerEntity, { name, kind, settings: internal });
      await this.record(transaction, {
        actor,
        action: 'issuer.created',
        id: entity.id,
        detail: { name, kind, internal },
      });
      return entity.id;
    });
    return this.get(id);
  }

  /** @throws {ProblemException} NOT_FOUND, NAME_TAKEN, CONFLICT when its root bears other permitted names. */
  async change(actor: AuditActor, id: number, change: IssuerChange): Promise<Issuer> {
    await this.transaction(async (transaction) => {
      const before = await this.lock(transaction, id);
      const settings = { ...before.settings, ...change.internal };
      const renamed = settings.permittedNames.toSorted().join() !== before.settings.permittedNames.toSorted().join();
      if (renamed && (await hasRoot(transaction, id))) {
        throw new ProblemException('CONFLICT', 'Its root is made and bears the permitted names; add another issuer.');
      }
      const name = change.name ?? before.name;
      await transaction.update(IssuerEntity, { id }, { name, settings, updatedAt: new Date() });
      await this.record(transaction, { actor, action: 'issuer.changed', id, detail: change });
    });
    return this.get(id);
  }

  /** @throws {ProblemException} NOT_FOUND, ISSUER_IN_USE */
  async remove(actor: AuditActor, id: number): Promise<void> {
    await this.transaction(async (transaction) => {
      const { name, builtIn } = await this.lock(transaction, id);
      if (builtIn) throw new ProblemException('ISSUER_IN_USE', 'It is built in and cannot be removed.');
      const users = await transaction.find(CertificateEntity, { where: { issuerId: id }, take: 3 });
      if (users.length > 0) {
        const names = users.map((user) => user.name).join(', ');
        throw new ProblemException('ISSUER_IN_USE', `It issues ${names}.`);
      }
      await transaction.delete(IssuerEntity, { id });
      await this.record(transaction, { actor, action: 'issuer.deleted', id, detail: { name } });
    });
  }

  private async complete(entity: IssuerEntity): Promise<Issuer> {
    return toIssuer(entity, await this.dataSource.manager.countBy(CertificateEntity, { issuerId: entity.id }));
  }

  private async lock(transaction: EntityManager, id: number): Promise<IssuerEntity> {
    const entity = await transaction.findOne(IssuerEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!entity) throw notFound('issuer');
    return entity;
  }

  private record(
    transaction: EntityManager,
    { actor, action, id, detail }: { actor: AuditActor; action: string; id: number; detail: object },
  ): Promise<void> {
    return this.audit.record(transaction, { actor, action, subject: `issuer:${String(id)}`, detail: { ...detail } });
  }

  private async transaction<Result>(act: (transaction: EntityManager) => Promise<Result>): Promise<Result> {
    try {
      return await this.dataSource.transaction(act);
    } catch (error) {
      if (sqlState(error) === '23505') throw new ProblemException('NAME_TAKEN');
      throw error;
    }
  }
}

async function hasRoot(transaction: EntityManager, id: number): Promise<boolean> {
  const rows: unknown[] = await transaction.query('SELECT FROM internal_authorities WHERE issuer_id = $1', [id]);
  return rows.length > 0;
}
