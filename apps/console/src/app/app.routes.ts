import type { Routes } from '@angular/router';
import { signedIn } from '@lockstep/console-access';
import { accessRoutes, settingsRoutes } from '@lockstep/console-access/routes';
import { certificatesRoutes, issuerPageRoutes, issuersRoutes } from '@lockstep/console-certificates/routes';
import { connectionsRoutes, startRoutes } from '@lockstep/console-connections/routes';
import { notificationsRoutes } from '@lockstep/console-notifications/routes';
import { operationsRoutes } from '@lockstep/console-operations/routes';
import { schedulesRoutes } from '@lockstep/console-schedules/routes';
import { connectionServicesRoutes, rollingRestartRoutes, servicesRoutes } from '@lockstep/console-services/routes';

export const appRoutes: Routes = [
  ...accessRoutes,
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: async () => (await import('./shell/shell')).Shell,
    children: [
      ...startRoutes,
      { path: 'connections', children: [...connectionServicesRoutes, ...connectionsRoutes] },
      { path: 'services', children: servicesRoutes },
      { path: 'rolling-restarts', children: rollingRestartRoutes },
      { path: 'certificates', children: certificatesRoutes },
      { path: 'operations', children: operationsRoutes },
      { path: 'schedules', children: schedulesRoutes },
      ...issuerPageRoutes,
      { path: 'settings', children: settingsRoutes([...issuersRoutes, ...notificationsRoutes]) },
      {
        path: '**',
        title: $localize`Not found`,
        loadComponent: async () => (await import('./not-found-page')).NotFoundPage,
      },
    ],
  },
];
