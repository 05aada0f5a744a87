import { permitted } from '@lockstep/console-access';
import type { Routes } from '@angular/router';

/** Below `/schedules`. */
export const schedulesRoutes: Routes = [
  {
    path: '',
    title: $localize`Schedules`,
    loadComponent: async () => (await import('./list/schedules-page')).SchedulesPage,
  },
  {
    path: 'new',
    title: $localize`Add schedule`,
    canActivate: [permitted('schedules.manage')],
    loadComponent: async () => (await import('./form/schedule-form-page')).ScheduleFormPage,
  },
  {
    path: ':id',
    title: $localize`Schedule`,
    loadComponent: async () => (await import('./page/schedule-page')).SchedulePage,
  },
  {
    path: ':id/edit',
    title: $localize`Edit schedule`,
    canActivate: [permitted('schedules.manage')],
    loadComponent: async () => (await import('./form/schedule-form-page')).ScheduleFormPage,
  },
  {
    path: ':id/runs/:runId',
    title: $localize`Run`,
    loadComponent: async () => (await import('./runs/run-page')).RunPage,
  },
];
