import { permitted } from '@lockstep/console-access';
import type { Routes } from '@angular/router';

/** Below `/connections`. */
export const connectionsRoutes: Routes = [
  {
    path: '',
    title: $localize`Connections`,
    loadComponent: async () => (await import('./list/connections-page')).ConnectionsPage,
  },
  {
    path: 'new',
    title: $localize`Add connection`,
    canActivate: [permitted('connections.manage')],
    loadComponent: async () => (await import('./form/connection-form-page')).ConnectionFormPage,
  },
  {
    path: 'import',
    title: $localize`Import connections`,
    canActivate: [permitted('connections.manage')],
    loadComponent: async () => (await import('./import/import-page')).ImportPage,
  },
  {
    path: 'import/host-keys',
    title: $localize`Import host keys`,
    canActivate: [permitted('connections.manage')],
    loadComponent: async () => (await import('./import/known-hosts-page')).KnownHostsPage,
  },
  {
    path: ':id',
    title: $localize`Connection`,
    loadComponent: async () => (await import('./page/connection-page')).ConnectionPage,
  },
  {
    path: ':id/edit',
    title: $localize`Edit connection`,
    canActivate: [permitted('connections.manage')],
    loadComponent: async () => (await import('./form/connection-form-page')).ConnectionFormPage,
  },
];

/** The first page, and the one that leads by the hand. */
export const startRoutes: Routes = [
  {
    path: '',
    pathMatch: 'full',
    title: $localize`Overview`,
    loadComponent: async () => (await import('./overview/overview-page')).OverviewPage,
  },
  {
    path: 'welcome',
    title: $localize`First host`,
    canActivate: [permitted('connections.manage')],
    loadComponent: async () => (await import('./welcome/welcome-page')).WelcomePage,
  },
];
