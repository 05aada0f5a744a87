import { permitted } from '@lockstep/console-access';
import type { Routes } from '@angular/router';

/** Below `/services`. */
export const servicesRoutes: Routes = [
  {
    path: '',
    title: $localize`Services`,
    loadComponent: async () => (await import('./fleet/services-page')).ServicesPage,
  },
];

/** Below `/rolling-restarts`. */
export const rollingRestartRoutes: Routes = [
  { path: '', pathMatch: 'full', redirectTo: '/services' },
  {
    path: ':id',
    title: $localize`Rolling restart`,
    loadComponent: async () => (await import('./rolling/rolling-restart-page')).RollingRestartPage,
  },
];

/** Below `/connections`, beside the pages of a connection itself. */
export const connectionServicesRoutes: Routes = [
  {
    path: ':id/services',
    title: $localize`Services`,
    loadComponent: async () => (await import('./host/host-services-page')).HostServicesPage,
  },
  {
    path: ':id/services/:service',
    title: $localize`Service`,
    loadComponent: async () => (await import('./service-page/service-page')).ServicePage,
  },
  {
    path: ':id/service-settings',
    title: $localize`Service settings`,
    canActivate: [permitted('connections.manage')],
    loadComponent: async () => (await import('./settings/service-settings-page')).ServiceSettingsPage,
  },
];
