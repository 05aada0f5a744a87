import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Cancellation } from './engine/cancellation.js';
import { Claims } from './engine/claims.js';
import { ENGINE_OPTIONS, type EngineOptions } from './engine/engine-options.js';
import { HandlerRegistry } from './engine/handler-registry.js';
import { IdempotencyKeys } from './engine/idempotency-keys.js';
import { LeaseKeeper } from './engine/lease-keeper.js';
import { OperationAcceptance } from './engine/operation-acceptance.js';
import { OperationEnder } from './engine/operation-ender.js';
import { OperationJournal } from './engine/operation-journal.js';
import { OperationQueue } from './engine/operation-queue.js';
import { OperationSweeper } from './engine/operation-sweeper.js';
import { OperationWorker } from './engine/operation-worker.js';
import { OperationsService } from './engine/operations.service.js';
import { Parents } from './engine/parents.js';
import { Retention } from './engine/retention.js';
import { StartBatches } from './engine/start-batches.js';
import { Turns } from './engine/turns.js';
import { WorkerPresence } from './engine/worker-presence.js';
import { ConnectionSnapshots } from './live/connection-snapshots.js';
import { LiveSubscriptions } from './live/live-subscriptions.js';
import { OperationFeed } from './engine/operation-feed.js';
import { SharedCatchUp } from './live/shared-catch-up.js';
import { OperationsGateway } from './live/operations.gateway.js';
import { OperationEventEntity } from './model/operation-event.entity.js';
import { OperationEntity } from './model/operation.entity.js';
import { OperationEventsReader } from './rest/operation-events.reader.js';
import { OperationQueries } from './engine/operation-queries.js';
import { OperationsController } from './rest/operations.controller.js';

/** The engine. Features import it, register a handler, and start operations through `OperationsService`. */
@Module({})
export class OperationsModule {
  static forRoot(options: EngineOptions): DynamicModule {
    return {
      module: OperationsModule,
      global: true,
      imports: [DiscoveryModule, TypeOrmModule.forFeature([OperationEntity, OperationEventEntity])],
      controllers: [OperationsController],
      providers: [
        { provide: ENGINE_OPTIONS, useValue: options },
        Cancellation,
        Claims,
        ConnectionSnapshots,
        HandlerRegistry,
        IdempotencyKeys,
        LeaseKeeper,
        LiveSubscriptions,
        SharedCatchUp,
        OperationAcceptance,
        OperationEnder,
        OperationEventsReader,
        OperationFeed,
        OperationJournal,
        OperationQueries,
        OperationQueue,
        OperationsGateway,
        OperationsService,
        OperationSweeper,
        OperationWorker,
        Parents,
        Retention,
        StartBatches,
        Turns,
        WorkerPresence,
      ],
      exports: [ENGINE_OPTIONS, OperationsService, OperationQueries, OperationFeed],
    };
  }
}
