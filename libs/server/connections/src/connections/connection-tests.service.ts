import { Injectable } from '@nestjs/common';
import type { StartAnswer, TestManyAnswer } from '@lockstep/contract';
import { type SignedInActor, toActor } from '@lockstep/server-access';
import { notFound } from '@lockstep/server-http';
import { OperationsService } from '@lockstep/server-operations';
import { ConnectionQueries } from './connection-queries.js';

/** Starting tests, of what the user may see. */
@Injectable()
export class ConnectionTestsService {
  constructor(
    private readonly queries: ConnectionQueries,
    private readonly operations: OperationsService,
  ) {}

  /** @throws {ProblemException} NOT_FOUND, IDEMPOTENCY_KEY_REUSED. */
  async start(actor: SignedInActor, id: number, idempotencyKey: string | undefined): Promise<StartAnswer> {
    const name = (await this.queries.names(actor.userId, [id])).get(id);
    if (name === undefined) throw notFound('connection');
    return this.operations.start({
      type: 'ssh_test',
      connection: { id, name },
      actor: toActor(actor),
      createdBy: 'user',
      idempotencyKey,
    });
  }

  /** Each is answered on its own, in the order asked for. The engine takes them together, so many cost little. */
  async startMany(actor: SignedInActor, ids: readonly number[]): Promise<TestManyAnswer> {
    const wanted = [...new Set(ids)];
    const names = await this.queries.names(actor.userId, wanted);
    return { items: await Promise.all(wanted.map((id) => this.startOne(actor, id, names.get(id)))) };
  }

  private async startOne(
    actor: SignedInActor,
    id: number,
    name: string | undefined,
  ): Promise<TestManyAnswer['items'][number]> {
    if (name === undefined) return { connectionId: id, status: 'not_found', operationId: null };
    const { status, operationId } = await this.operations.start({
      type: 'ssh_test',
      connection: { id, name },
      actor: toActor(actor),
      createdBy: 'user',
    });
    return { connectionId: id, status, operationId };
  }
}
