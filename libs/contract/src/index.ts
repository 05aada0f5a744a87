export * from './access.js';
export * from './connections.js';
export * from './errors.js';
export * from './operations.js';
export * from './primitives.js';
export * from './routes/define-route.js';
export { ConnectionSort } from './routes/connection-routes.js';
export { allRoutes, routes, type OperationIdOfRoute } from './routes/index.js';
export * from './socket-events.js';
