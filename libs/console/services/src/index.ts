export { ServicesCard } from './card/services-card';
export { RollingRestarts } from './rolling/rolling-restarts';
