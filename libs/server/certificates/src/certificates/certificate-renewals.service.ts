import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { StartAnswer } from '@lockstep/contract';
import { type SignedInActor, toActor } from '@lockstep/server-access';
import { ConnectionQueries } from '@lockstep/server-connections';
import { ProblemException, notFound } from '@lockstep/server-http';
import { OperationsService, type StartRequest } from '@lockstep/server-operations';
import { DataSource } from 'typeorm';
import { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { CertificateQueries } from './certificate-queries.js';

/** Starting renewals, of what the user may see. */
@Injectable()
export class CertificateRenewalsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queries: CertificateQueries,
    private readonly connections: ConnectionQueries,
    private readonly operations: OperationsService,
  ) {}

  /** @throws {ProblemException} NOT_FOUND, NOTHING_TO_DO without a target, CONFLICT, IDEMPOTENCY_KEY_REUSED. */
  async start(actor: SignedInActor, id: number, idempotencyKey: string | undefined): Promise<StartAnswer> {
    const renewal = await this.prepare(actor.userId, id);
    return this.operations.start({ ...renewal, actor: toActor(actor), createdBy: 'user', idempotencyKey });
  }

  /** What to start, through the eyes of a user. @throws {ProblemException} NOT_FOUND, NOTHING_TO_DO, CONFLICT */
  async prepare(userId: number, id: number): Promise<Pick<StartRequest, 'type' | 'connection' | 'target'>> {
    await this.queries.assertVisible(userId, id);
    const connectionId = await this.connectionOf(id);
    const name = (await this.connections.names(userId, [connectionId])).get(connectionId);
    if (name === undefined) throw notFound('connection');
    return { type: 'certificate_renewal', connection: { id: connectionId, name }, target: String(id) };
  }

  /** A renewal takes its turn on one connection, so all its targets must be there. */
  private async connectionOf(certificateId: number): Promise<number> {
    const order = { place: 'ASC' } as const;
    const targets = await this.dataSource.manager.find(DeploymentTargetEntity, { where: { certificateId }, order });
    const [first] = targets;
    if (!first) throw new ProblemException('NOTHING_TO_DO', 'The certificate has no target yet; give it one first.');
    if (targets.some(({ connectionId }) => connectionId !== first.connectionId)) {
      throw new ProblemException(
        'CONFLICT',
        'Its targets are on several connections, and a renewal serves one: make a certificate for each.',
      );
    }
    return first.connectionId;
  }
}
