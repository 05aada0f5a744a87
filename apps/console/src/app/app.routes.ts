import type { Routes } from '@angular/router';
import { accessRoutes, settingsRoutes, signedIn } from '@lockstep/console-access';
import { connectionsRoutes, startRoutes } from '@lockstep/console-connections';
import { operationsRoutes } from '@lockstep/console-operations';

export const appRoutes: Routes = [
  ...accessRoutes,
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: async () => (await import('./shell/shell')).Shell,
    children: [
      ...startRoutes,
      { path: 'connections', children: connectionsRoutes },
      { path: 'operations', children: operationsRoutes },
      { path: 'settings', children: settingsRoutes },
      {
        path: '**',
        title: $localize`Not found`,
        loadComponent: async () => (await import('./not-found-page')).NotFoundPage,
      },
    ],
  },
];
