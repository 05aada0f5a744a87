import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type {
  AcmeIssuerChange,
  AcmeIssuerSettings,
  InternalIssuerSettings,
  Issuer,
  RouteInput,
  routes,
} from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { sqlState } from '@lockstep/server-database';
import { type FieldError, ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, type EntityManager } from 'typeorm';
import { AcmeAccounts } from '../acme/acme-accounts.js';
import { type DividedSettings, divideChange, divideInput, providerOf } from '../acme/acme-settings.js';
import { Solvers } from '../acme/solvers.js';
import { AcmeAccountEntity } from '../model/acme-account.entity.js';
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
    private readonly accounts: AcmeAccounts,
    private readonly solvers: Solvers,
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

  /** @throws {ProblemException} NAME_TAKEN, VALIDATION_FAILED */
  async create(actor: AuditActor, input: NewIssuer): Promise<Issuer> {
    const { name, kind } = input;
    const acme = input.kind === 'acme' ? await this.accepted(divideInput(input.acme)) : undefined;
    const settings = { internal: input.kind === 'internal' ? input.internal : null, acme: acme?.settings ?? null };
    const id = await this.transaction(async (transaction) => {
      const entity = await transaction.save(IssuerEntity, { name, kind, ...settings });
      if (acme) await this.accounts.create(transaction, entity.id, acme.secrets);
      const detail = { name, kind, ...settings };
      await this.record(transaction, { actor, action: 'issuer.created', id: entity.id, detail });
      return entity.id;
    });
    return this.get(id);
  }

  /** @throws {ProblemException} NOT_FOUND, NAME_TAKEN, VALIDATION_FAILED, CONFLICT when its root bears other permitted names. */
  async change(actor: AuditActor, id: number, change: IssuerChange): Promise<Issuer> {
    await this.transaction(async (transaction) => {
      const before = await this.lock(transaction, id);
      const name = change.name ?? before.name;
      const internal = change.internal ? await changeInternal(transaction, before, change.internal) : before.internal;
      const acme = change.acme ? await this.changeAcme(transaction, before, change.acme) : before.acme;
      await transaction.update(IssuerEntity, { id }, { name, internal, acme, updatedAt: new Date() });
      const detail = { name: change.name, internal: change.internal, ...(change.acme && { acme }) };
      await this.record(transaction, { actor, action: 'issuer.changed', id, detail });
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
    const [certificates, account] = await Promise.all([
      this.dataSource.manager.countBy(CertificateEntity, { issuerId: entity.id }),
      this.dataSource.manager.findOneBy(AcmeAccountEntity, { issuerId: entity.id }),
    ]);
    return toIssuer(entity, { certificates, account });
  }

  private async changeAcme(
    transaction: EntityManager,
    { id, acme }: IssuerEntity,
    change: AcmeIssuerChange,
  ): Promise<AcmeIssuerSettings> {
    if (acme === null) throw invalid([{ path: 'body.acme', message: 'this is no ACME issuer' }]);
    const { settings, secrets } = await this.accepted(divideChange(acme, change));
    await this.accounts.change(transaction, id, secrets);
    // The next renewal tells the CA. The same key leads to the same account.
    if (change.email !== undefined || change.eab !== undefined) await this.accounts.forgetRegistration(transaction, id);
    return settings;
  }

  /** @throws {ProblemException} VALIDATION_FAILED */
  private async accepted(divided: DividedSettings): Promise<DividedSettings> {
    if (divided.errors.length > 0) throw invalid(divided.errors);
    const provider = providerOf(divided.settings.challenge);
    if (provider?.kind === 'command') {
      await this.solvers.hook(provider.program).catch(({ message }: Error) => {
        throw invalid([{ path: 'body.acme.challenge.provider.program', message }]);
      });
    }
    return divided;
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

const invalid = (errors: readonly FieldError[]): ProblemException =>
  new ProblemException('VALIDATION_FAILED', `${errors[0]?.path ?? ''}: ${errors[0]?.message ?? ''}`, { errors });

async function hasRoot(transaction: EntityManager, id: number): Promise<boolean> {
  const rows: unknown[] = await transaction.query('SELECT FROM internal_authorities WHERE issuer_id = $1', [id]);
  return rows.length > 0;
}

async function changeInternal(
  transaction: EntityManager,
  { id, internal }: IssuerEntity,
  change: Partial<InternalIssuerSettings>,
): Promise<InternalIssuerSettings> {
  if (internal === null) throw invalid([{ path: 'body.internal', message: 'this is no authority of our own' }]);
  const settings = { ...internal, ...change };
  const renamed = settings.permittedNames.toSorted().join() !== internal.permittedNames.toSorted().join();
  if (renamed && (await hasRoot(transaction, id)))
    throw new ProblemException('CONFLICT', 'Its root is made and bears the permitted names; add another issuer.');
  return settings;
}
