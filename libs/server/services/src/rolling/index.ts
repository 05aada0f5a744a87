import { RollingPlans } from './rolling-plans.js';
import { RollingRestartEntity } from './rolling-restart.entity.js';
import { RollingRestartsService } from './rolling-restarts.service.js';
import { RollingRunner } from './rolling-runner.js';
import { RollingStore } from './rolling-store.js';
import { RollingTargetEntity } from './rolling-target.entity.js';
import { RollingUpkeep } from './rolling-upkeep.js';

export { RollingRestartsService };
export { RollingRestartsController } from './rolling-restarts.controller.js';

/** What the module of services takes from this folder. */
export const rollingEntities = [RollingRestartEntity, RollingTargetEntity];
export const rollingProviders = [RollingPlans, RollingRestartsService, RollingRunner, RollingStore, RollingUpkeep];
