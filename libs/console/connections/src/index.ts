export { connectionsRoutes, startRoutes } from './connections.routes';
export { ConnectionTests } from './test-button/connection-tests';
