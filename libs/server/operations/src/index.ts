export type { EngineOptions } from './engine/engine-options.js';
export {
  OperationCancelled,
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
  type StepHandle,
  type StepPlan,
} from './engine/operation-handler.js';
export { OperationsService, type StartRequest } from './engine/operations.service.js';
export { OperationFeed } from './live/operation-feed.js';
export { OperationsModule } from './operations.module.js';
export { OperationQueries } from './rest/operation-queries.js';
