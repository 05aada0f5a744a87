import type { Routes } from '@angular/router';
import { permitted, signedOut } from './session/guards';

/** The pages outside: before one is signed in. */
export const accessRoutes: Routes = [
  {
    path: 'sign-in',
    title: $localize`Sign in`,
    canActivate: [signedOut],
    loadComponent: async () => (await import('./sign-in/sign-in-page')).SignInPage,
  },
  {
    path: 'setup',
    title: $localize`Set-up`,
    loadComponent: async () => (await import('./sign-in/setup-page')).SetupPage,
  },
];

/** Below `/settings`, with the pages that features add to it. */
export const settingsRoutes = (added: Routes): Routes => [
  {
    path: '',
    loadComponent: async () => (await import('./settings/settings-page')).SettingsPage,
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'account' },
      {
        path: 'account',
        title: $localize`Account`,
        loadComponent: async () => (await import('./password/password-page')).PasswordPage,
      },
      {
        path: 'tokens',
        title: $localize`API tokens`,
        loadComponent: async () => (await import('./tokens/tokens-page')).TokensPage,
      },
      {
        path: 'users',
        title: $localize`Users`,
        canActivate: [permitted('users.manage')],
        loadComponent: async () => (await import('./users/users-page')).UsersPage,
      },
      {
        path: 'audit',
        title: $localize`Audit`,
        canActivate: [permitted('audit.read')],
        loadComponent: async () => (await import('./audit/audit-page')).AuditPage,
      },
      ...added,
    ],
  },
];
