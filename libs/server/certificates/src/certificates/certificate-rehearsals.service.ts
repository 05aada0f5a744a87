import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import {
  type HostReadiness,
  type Operation,
  type Readiness,
  ReadinessFacts,
  type StartAnswer,
} from '@lockstep/contract';
import { type SignedInActor, toActor } from '@lockstep/server-access';
import { ConnectionQueries } from '@lockstep/server-connections';
import { ProblemException, notFound } from '@lockstep/server-http';
import { OperationQueries, OperationsService } from '@lockstep/server-operations';
import { DataSource } from 'typeorm';
import { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { CertificateQueries } from './certificate-queries.js';

/** Rehearsals: one on each connection that has targets, so that each is seen by those who may see that connection. */
@Injectable()
export class CertificateRehearsalsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queries: CertificateQueries,
    private readonly connections: ConnectionQueries,
    private readonly operations: OperationsService,
    private readonly operationQueries: OperationQueries,
  ) {}

  /**
   * On the connections that the user may see; answers that of the first target.
   * @throws {ProblemException} NOT_FOUND, NOTHING_TO_DO without a target, IDEMPOTENCY_KEY_REUSED.
   */
  async start(actor: SignedInActor, id: number, idempotencyKey: string | undefined): Promise<StartAnswer> {
    const hosts = await this.hostsOf(actor.userId, id);
    if (hosts.total === 0)
      throw new ProblemException('NOTHING_TO_DO', 'The certificate has no target yet; give it one first.');
    const answers = await Promise.all(
      hosts.visible.map((connection) =>
        this.operations.start({
          type: 'certificate_rehearsal',
          connection,
          target: String(id),
          actor: toActor(actor),
          createdBy: 'user',
          idempotencyKey: idempotencyKey && `${idempotencyKey} ${String(connection.id)}`,
        }),
      ),
    );
    const [first] = answers;
    if (!first) throw notFound('connection');
    return first;
  }

  /** What the last rehearsals found. @throws {ProblemException} NOT_FOUND */
  async last(userId: number, id: number): Promise<Readiness> {
    const { visible, total } = await this.hostsOf(userId, id);
    const ids = visible.map((connection) => connection.id);
    const ended = await this.operationQueries.lastEnded(ids, 'certificate_rehearsal', String(id));
    const hosts = visible.flatMap(({ id: connectionId, name }) => {
      const operation = ended.get(connectionId);
      return operation ? [toHostReadiness(operation, name)] : [];
    });
    const blocked = hosts.some(({ ready }) => !ready);
    return { ready: blocked ? false : hosts.length === total && total > 0 ? true : null, hosts };
  }

  /** The connections of its targets in their order; `total` counts those too that the user may not see. */
  private async hostsOf(
    userId: number,
    certificateId: number,
  ): Promise<{ visible: { id: number; name: string }[]; total: number }> {
    await this.queries.assertVisible(userId, certificateId);
    const order = { place: 'ASC' } as const;
    const targets = await this.dataSource.manager.find(DeploymentTargetEntity, { where: { certificateId }, order });
    const ids = [...new Set(targets.map(({ connectionId }) => connectionId))];
    const names = await this.connections.names(userId, ids);
    const visible = ids.flatMap((id) => {
      const name = names.get(id);
      return name === undefined ? [] : [{ id, name }];
    });
    return { visible, total: ids.length };
  }
}

function toHostReadiness(operation: Operation, connectionName: string): HostReadiness {
  const { id: operationId, connectionId, completedAt, startedAt, status, metadata } = operation;
  return {
    connectionId,
    connectionName,
    operationId,
    checkedAt: completedAt ?? startedAt,
    ready: status === 'completed',
    findings: ReadinessFacts.safeParse(metadata).data?.findings ?? [],
  };
}
