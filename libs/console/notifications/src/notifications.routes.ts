import { permitted } from '@lockstep/console-access';
import type { Routes } from '@angular/router';

/** Below `/settings`. */
export const notificationsRoutes: Routes = [
  {
    path: 'notifications',
    canActivate: [permitted('notifications.manage')],
    children: [
      {
        path: '',
        title: $localize`Notifications`,
        loadComponent: async () => (await import('./list/channels-page')).ChannelsPage,
      },
      {
        path: 'new',
        title: $localize`Add channel`,
        loadComponent: async () => (await import('./form/new-channel-page')).NewChannelPage,
      },
      {
        path: ':id',
        title: $localize`Notification channel`,
        loadComponent: async () => (await import('./page/channel-page')).ChannelPage,
      },
    ],
  },
];
