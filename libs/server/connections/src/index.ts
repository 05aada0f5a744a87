export { ConnectionsModule } from './connections.module.js';
export type { ConnectionsOptions } from './connections-options.js';
export { type ConnectionInBrief, ConnectionQueries } from './connections/connection-queries.js';
export { asFailure, reportReaching } from './operations/reach-report.js';
export { startDemoFleet } from './demo/demo-fleet.js';
export { type ReachOptions, type ReachableHost, SshReach } from './reach/ssh-reach.service.js';
