import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { StartAnswer } from '@lockstep/contract';
import { type SignedInActor, toActor } from '@lockstep/server-access';
import { ConnectionQueries } from '@lockstep/server-connections';
import { ProblemException, notFound } from '@lockstep/server-http';
import { OperationsService, type StartRequest } from '@lockstep/server-operations';
import { DataSource } from 'typeorm';
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

  /** @throws {ProblemException} NOT_FOUND, PERMISSION_DENIED, NOTHING_TO_DO without a target, IDEMPOTENCY_KEY_REUSED. */
  async start(actor: SignedInActor, id: number, idempotencyKey: string | undefined): Promise<StartAnswer> {
    const renewal = await this.prepare(actor.userId, id);
    return this.operations.start({ ...renewal, actor: toActor(actor), createdBy: 'user', idempotencyKey });
  }

  /** What to start, through the eyes of a user. @throws {ProblemException} NOT_FOUND, NOTHING_TO_DO, PERMISSION_DENIED */
  async prepare(userId: number, id: number): Promise<Pick<StartRequest, 'type' | 'connection' | 'target'>> {
    await this.queries.assertVisible(userId, id);
    await this.queries.assertMayDeploy(userId, id);
    const connectionId = await this.connectionOf(id);
    const name = (await this.connections.names(userId, [connectionId])).get(connectionId);
    if (name === undefined) throw notFound('connection');
    return { type: 'certificate_renewal', connection: { id: connectionId, name }, target: String(id) };
  }

  /** The renewal belongs to the connection of the first target; on others it starts deployments. */
  private async connectionOf(certificateId: number): Promise<number> {
    const [first] = await this.dataSource.query<{ id: number }[]>(
      `SELECT c.id FROM certificate_targets t JOIN connections c ON c.id = t.connection_id AND c.deleted_at IS NULL
       WHERE t.certificate_id = $1 ORDER BY t.place LIMIT 1`,
      [certificateId],
    );
    if (!first) throw new ProblemException('NOTHING_TO_DO', 'The certificate has no target yet; give it one first.');
    return first.id;
  }
}
