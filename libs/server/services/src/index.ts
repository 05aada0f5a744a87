export { configurationTestOf } from './drivers/systemd/configuration-tests.js';
export { runConfigurationTest } from './drivers/systemd/run-configuration-test.js';
export { RollingRestartsService } from './rolling/rolling-restarts.service.js';
export { ServicesModule } from './services.module.js';
