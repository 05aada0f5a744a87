import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { PageHeader } from '@lockstep/console-ui';
import { Session } from '../session/session';

/** The frame of the settings: one row of links, the chosen page below. */
@Component({
  selector: 'lockstep-settings-page',
  imports: [PageHeader, RouterLink, RouterLinkActive, RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-page">
      <lockstep-page-header heading="Settings" i18n-heading />
      <nav class="ls-tabs" aria-label="Settings" i18n-aria-label>
        @for (link of links(); track link.path) {
          <a
            #tab
            [routerLink]="link.path"
            routerLinkActive="here"
            ariaCurrentWhenActive="page"
            (isActiveChange)="$event && tab.scrollIntoView({ block: 'nearest', inline: 'center' })"
            >{{ link.title }}</a
          >
        }
      </nav>
      <router-outlet />
    </div>
  `,
})
export class SettingsPage {
  private readonly session = inject(Session);
  protected readonly links = computed(() => [
    { path: 'account', title: $localize`Account` },
    { path: 'tokens', title: $localize`API tokens` },
    { path: 'issuers', title: $localize`Issuers` },
    ...(this.session.may('notifications.manage') ? [{ path: 'notifications', title: $localize`Notifications` }] : []),
    ...(this.session.may('users.manage') ? [{ path: 'users', title: $localize`Users` }] : []),
    ...(this.session.may('audit.read') ? [{ path: 'audit', title: $localize`Audit` }] : []),
  ]);
}
