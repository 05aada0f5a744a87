import type { Routes } from '@angular/router';

/** Below `/operations`. */
export const operationsRoutes: Routes = [
  {
    path: '',
    title: $localize`Operations`,
    loadComponent: async () => (await import('./list/operations-page')).OperationsPage,
  },
  {
    path: ':id',
    title: $localize`Operation`,
    loadComponent: async () => (await import('./page/operation-page')).OperationPage,
  },
];
