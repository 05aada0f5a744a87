export { ConnectionsModule } from './connections.module.js';
export type { ConnectionsOptions } from './connections-options.js';
export {
  type ConnectionChoice,
  type ConnectionInBrief,
  ConnectionQueries,
  type ConnectionToUse,
} from './connections/connection-queries.js';
export { whyKeyRefuses } from './host-keys/host-key-states.js';
export { asFailure, reportReaching } from './operations/reach-report.js';
export { type DemoAnswer, DemoAnswers, type DemoCall, type DemoShell } from './demo/demo-answers.js';
export { type DemoMember, startDemoFleet } from './demo/demo-fleet.js';
export { type DemoPlan, demoUser } from './demo/demo-plans.js';
export { passwordRequired } from './demo/demo-rights.js';
export { demoUserId } from './demo/demo-sftp.js';
export { demoWeb } from './demo/demo-web.js';
export {
  type TestContribution,
  type TestContributor,
  TestContributorFor,
  type TestedHost,
} from './operations/test-contributors.js';
export { isPassing } from './reach/passing-failures.js';
export { type ReachOptions, type ReachableHost, SshReach } from './reach/ssh-reach.service.js';
