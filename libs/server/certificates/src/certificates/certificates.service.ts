import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { RouteInput, routes } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { sqlState } from '@lockstep/server-database';
import { type FieldError, ProblemException, notFound } from '@lockstep/server-http';
import { OperationsService } from '@lockstep/server-operations';
import { DataSource, type EntityManager } from 'typeorm';
import { refusedNames } from '../issuers/permitted-names.js';
import { CertificateEntity } from '../model/certificate.entity.js';
import { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { IssuerEntity } from '../model/issuer.entity.js';
import { FilesOfCertificates, hasFile } from './shared-files.js';

type NewCertificate = RouteInput<typeof routes.createCertificate>['body'];
type CertificateChange = RouteInput<typeof routes.changeCertificate>['body'];
type Target = NewCertificate['targets'][number];

/** Taking certificates under management, changing and forgetting them. Who may do so was decided before. */
@Injectable()
export class CertificatesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly operations: OperationsService,
  ) {}

  /** @throws {ProblemException} NAME_TAKEN, FILE_TAKEN, CERTIFIED_NAME_REFUSED, VALIDATION_FAILED. Answers the new id. */
  async create(actor: AuditActor, input: NewCertificate): Promise<number> {
    return this.transaction((transaction) => this.insert(transaction, actor, input));
  }

  /** The same in a {@link transaction}. */
  async insert(transaction: EntityManager, actor: AuditActor, { targets, ...fields }: NewCertificate): Promise<number> {
    const domains = unique(fields.domains);
    await assertIssuable(transaction, { ...fields, domains });
    const { id } = await transaction.save(CertificateEntity, { ...fields, domains });
    await replaceTargets(transaction, id, targets);
    await this.record(transaction, { actor, action: 'certificate.created', id, detail: { ...fields, targets } });
    return id;
  }

  /** @throws {ProblemException} NOT_FOUND, CERTIFICATE_BUSY, NAME_TAKEN, FILE_TAKEN, CERTIFIED_NAME_REFUSED, VALIDATION_FAILED. */
  async change(actor: AuditActor, id: number, change: CertificateChange): Promise<void> {
    const { targets, ...fields } = change;
    await this.transaction(async (transaction) => {
      const before = await this.lock(transaction, id);
      const domains = unique(fields.domains ?? before.domains);
      const after = { ...before, ...fields, domains };
      if (fields.domains !== undefined || fields.issuerId !== undefined) await assertIssuable(transaction, after);
      await transaction.update(CertificateEntity, { id }, { ...fields, domains, updatedAt: new Date() });
      if (targets) await replaceTargets(transaction, id, targets);
      await this.record(transaction, { actor, action: 'certificate.changed', id, detail: change });
    });
  }

  /** Versions and keys go with it. @throws {ProblemException} NOT_FOUND, CERTIFICATE_BUSY */
  async remove(actor: AuditActor, id: number): Promise<void> {
    await this.transaction(async (transaction) => {
      const { name, domains } = await this.lock(transaction, id);
      await transaction.delete(CertificateEntity, { id });
      await this.record(transaction, { actor, action: 'certificate.deleted', id, detail: { name, domains } });
    });
  }

  /** Held until the transaction ends. @throws {ProblemException} NOT_FOUND, CERTIFICATE_BUSY */
  async lock(transaction: EntityManager, id: number): Promise<CertificateEntity> {
    const entity = await transaction.findOne(CertificateEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!entity) throw notFound('certificate');
    for (const type of ['certificate_renewal', 'certificate_deployment'] as const) {
      if (await this.operations.isActive(transaction, type, String(id))) throw new ProblemException('CERTIFICATE_BUSY');
    }
    return entity;
  }

  private record(
    transaction: EntityManager,
    { actor, action, id, detail }: { actor: AuditActor; action: string; id: number; detail: object },
  ): Promise<void> {
    return this.audit.record(transaction, {
      actor,
      action,
      subject: `certificate:${String(id)}`,
      detail: { ...detail },
    });
  }

  /** What Postgres refuses is told as a problem. @throws {ProblemException} NAME_TAKEN, FILE_TAKEN */
  async transaction<Result>(act: (transaction: EntityManager) => Promise<Result>): Promise<Result> {
    try {
      return await this.dataSource.transaction(act);
    } catch (error) {
      if (sqlState(error) !== '23505') throw error;
      if (String(error).includes('certificate_targets_file')) {
        throw taken([{ path: 'body.targets', message: 'two targets have the same file' }]);
      }
      throw new ProblemException('NAME_TAKEN');
    }
  }
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

const invalid = (errors: readonly FieldError[]): ProblemException =>
  new ProblemException('VALIDATION_FAILED', `${errors[0]?.path ?? ''}: ${errors[0]?.message ?? ''}`, { errors });

const taken = (errors: readonly FieldError[]): ProblemException =>
  new ProblemException('FILE_TAKEN', `${errors[0]?.message ?? ''}.`, { errors });

/** The issuer's row is held, so that it cannot be removed meanwhile. */
async function assertIssuable(
  transaction: EntityManager,
  { issuerId, domains }: { issuerId: number; domains: readonly string[] },
): Promise<void> {
  const lock = { mode: 'for_key_share' } as const;
  const issuer = await transaction.findOne(IssuerEntity, { where: { id: issuerId }, lock });
  if (!issuer) throw invalid([{ path: 'body.issuerId', message: `there is no issuer ${String(issuerId)}` }]);
  const refused = refusedNames(issuer, domains);
  if (refused.length === 0) return;
  const errors = refused.map((name) => ({ path: 'body.domains', message: `${issuer.name} does not sign for ${name}` }));
  throw new ProblemException('CERTIFIED_NAME_REFUSED', `${issuer.name} does not sign for ${refused.join(', ')}.`, {
    errors,
  });
}

/** What was verified at a place that stays is still so. */
async function replaceTargets(transaction: EntityManager, id: number, targets: readonly Target[]): Promise<void> {
  await assertHosts(transaction, targets);
  const before = await transaction.findBy(DeploymentTargetEntity, { certificateId: id });
  await assertOwnFiles(transaction, { id, before, targets });
  await transaction.delete(DeploymentTargetEntity, { certificateId: id });
  const rows = targets.map(({ check, chainPath, owner, group, mode, reload, ...fields }, place) => {
    const same = before.find(
      (old) =>
        old.connectionId === fields.connectionId &&
        old.certificatePath === fields.certificatePath &&
        old.keyPath === fields.keyPath,
    );
    return {
      ...fields,
      certificateId: id,
      place,
      chainPath: chainPath ?? null,
      owner: owner ?? null,
      group: group ?? null,
      mode: mode ?? null,
      reload: reload ?? null,
      checkCommand: check?.command ?? null,
      deployedVersion: same?.deployedVersion ?? null,
      deployedAt: same?.deployedAt ?? null,
    };
  });
  await transaction.insert(DeploymentTargetEntity, rows);
}

/** What was shared before is shown as a finding, and must not keep anybody from changing something else. */
async function assertOwnFiles(
  transaction: EntityManager,
  { id, before, targets }: { id: number; before: readonly DeploymentTargetEntity[]; targets: readonly Target[] },
): Promise<void> {
  const connectionIds = targets.map(({ connectionId }) => connectionId);
  const files = await FilesOfCertificates.read(transaction, connectionIds);
  const errors = targets.flatMap((target, index) => {
    const known = before.filter(({ connectionId }) => connectionId === target.connectionId);
    return files
      .sharedBy(target, id)
      .filter(({ path }) => !known.some((one) => hasFile(one, path)))
      .map(({ field, path, otherName }) => ({
        path: `body.targets.${String(index)}.${field}`,
        message: `${otherName} is put into ${path} on this host already`,
      }));
  });
  if (errors.length > 0) throw taken(errors);
}

/**
 * The connections must be there and take files. Their rows are held: who gives files of a host to a certificate does so
 * after whoever did before has committed, and sees it.
 */
async function assertHosts(transaction: EntityManager, targets: readonly Target[]): Promise<void> {
  const rows: { id: number; platform: string }[] = await transaction.query(
    `SELECT id, platform FROM connections WHERE id = ANY ($1) AND deleted_at IS NULL
     ORDER BY id FOR NO KEY UPDATE`,
    [targets.map(({ connectionId }) => connectionId)],
  );
  const platforms = new Map(rows.map(({ id, platform }) => [id, platform]));
  const errors = targets.flatMap(({ connectionId }, index) => {
    const path = `body.targets.${String(index)}.connectionId`;
    const platform = platforms.get(connectionId);
    if (platform === undefined) return [{ path, message: `there is no connection ${String(connectionId)}` }];
    return platform === 'cisco_vos' ? [{ path, message: 'Cisco VOS takes no files' }] : [];
  });
  if (errors.length > 0) throw invalid(errors);
}
