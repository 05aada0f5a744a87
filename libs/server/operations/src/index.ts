export { ENGINE_OPTIONS, type EngineOptions } from './engine/engine-options.js';
export {
  OperationCancelled,
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
  type StepHandle,
  type StepPlan,
  mustLetGo,
  wasCancelled,
} from './engine/operation-handler.js';
export { OperationsService } from './engine/operations.service.js';
export type { StartRequest } from './engine/start-request.js';
export { OperationFeed } from './engine/operation-feed.js';
export { OperationsModule } from './operations.module.js';
export { OperationQueries, lastEndedStatus } from './engine/operation-queries.js';
