export type { ServiceDriver } from './drivers/service-driver.js';
