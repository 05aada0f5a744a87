export { RollingRestartsService } from './rolling/rolling-restarts.service.js';
export { ServicesModule } from './services.module.js';
