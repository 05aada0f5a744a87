export { SchedulesModule } from './schedules.module.js';
export type { SchedulesOptions } from './schedules-options.js';
