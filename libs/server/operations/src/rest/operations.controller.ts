import { Controller, Req, Res } from '@nestjs/common';
import { type Operation, type RouteAnswer, type RouteInput, type StartAnswer, routes } from '@lockstep/contract';
import { CurrentActor, type SignedInActor, toActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import type { Request, Response } from 'express';
import { OperationsService } from '../engine/operations.service.js';
import { OperationEventsReader } from './operation-events.reader.js';
import { OperationQueries } from '../engine/operation-queries.js';
import { streamEvents } from './server-sent-events.js';

@Controller()
export class OperationsController {
  constructor(
    private readonly operations: OperationsService,
    private readonly queries: OperationQueries,
    private readonly events: OperationEventsReader,
  ) {}

  @Route(routes.listOperations)
  list(
    @Input() { query }: RouteInput<typeof routes.listOperations>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listOperations>> {
    return this.queries.list(actor.userId, query, { cursor: query.cursor, limit: query.limit });
  }

  @Route(routes.getOperation)
  get(
    @Input() { params }: RouteInput<typeof routes.getOperation>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Operation> {
    return this.queries.get(actor.userId, params.id);
  }

  /** One stream, two of its doors: JSON (at once, or as a long poll) and server-sent events. */
  @Route(routes.getOperationEvents)
  async getEvents(
    @Input() { params, query, headers }: RouteInput<typeof routes.getOperationEvents>,
    @CurrentActor() actor: SignedInActor,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.queries.get(actor.userId, params.id);
    const after = query.after ?? Number(headers['last-event-id'] ?? 0);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    if (request.accepts(['json', 'text/event-stream']) === 'text/event-stream') {
      await streamEvents(response, this.events.follow({ id: params.id, after, actor, signal: gone.signal }));
      return;
    }
    const waitMs = (query.wait ?? 0) * 1_000;
    response.json(await this.events.page({ id: params.id, after, limit: query.limit, waitMs, signal: gone.signal }));
  }

  @Route(routes.cancelOperation)
  async cancel(
    @Input() { params }: RouteInput<typeof routes.cancelOperation>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Operation> {
    await this.queries.assertMayChange(actor.userId, params.id);
    return this.operations.cancel(params.id, toActor(actor));
  }

  @Route(routes.retryOperation)
  async retry(
    @Input() { params, headers }: RouteInput<typeof routes.retryOperation>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<StartAnswer> {
    await this.queries.assertMayChange(actor.userId, params.id);
    const idempotencyKey = headers['idempotency-key'];
    return this.operations.retry(params.id, { actor: toActor(actor), createdBy: 'user', idempotencyKey });
  }
}
