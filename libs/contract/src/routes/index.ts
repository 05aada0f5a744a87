import { accessRoutes } from './access-routes.js';
import { broughtCertificateRoutes } from './brought-certificate-routes.js';
import { certificateRoutes } from './certificate-routes.js';
import { connectionRoutes } from './connection-routes.js';
import type { RouteDefinition } from './define-route.js';
import { foundCertificateRoutes } from './found-certificate-routes.js';
import { notificationRoutes } from './notification-routes.js';
import { operationRoutes } from './operation-routes.js';
import { rollingRestartRoutes } from './rolling-restart-routes.js';
import { scheduleRoutes } from './schedule-routes.js';
import { serviceRoutes } from './service-routes.js';
import { systemRoutes } from './system-routes.js';

/** Every REST route there is, by `operationId`. What is not here does not exist: the server refuses to start otherwise. */
export const routes = {
  ...accessRoutes,
  ...connectionRoutes,
  ...operationRoutes,
  ...serviceRoutes,
  ...certificateRoutes,
  ...foundCertificateRoutes,
  ...broughtCertificateRoutes,
  ...rollingRestartRoutes,
  ...scheduleRoutes,
  ...notificationRoutes,
  ...systemRoutes,
} as const;
export type OperationIdOfRoute = keyof typeof routes;
export const allRoutes: readonly RouteDefinition[] = Object.values(routes);
