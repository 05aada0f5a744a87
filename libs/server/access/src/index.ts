export { AccessEpoch } from './access-epoch.js';
export { AccessModule } from './access.module.js';
export type { AccessOptions } from './access-options.js';
export { AccessService } from './access.service.js';
export { CurrentActor, actorOfRequest } from './actor/current-actor.js';
export { type SignedInActor, toActor } from './actor/signed-in-actor.js';
export { type AuditActor, type AuditRecord, AuditService, systemActor } from './audit/audit.service.js';
