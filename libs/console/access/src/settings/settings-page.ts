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
      <nav aria-label="Settings" i18n-aria-label>
        @for (link of links(); track link.path) {
          <a [routerLink]="link.path" routerLinkActive="here" ariaCurrentWhenActive="page">{{ link.title }}</a>
        }
      </nav>
      <router-outlet />
    </div>
  `,
  styles: `
    nav {
      display: flex;
      gap: 20px;
      border-bottom: 1px solid var(--ls-line);
      overflow-x: auto;
      scrollbar-width: none;
    }
    a {
      margin-bottom: -1px;
      padding: 8px 0;
      border-bottom: 2px solid transparent;
      color: var(--ls-ink-2);
      font-size: 13.5px;
      font-weight: 500;
      white-space: nowrap;
    }
    a:hover {
      color: var(--ls-ink);
      text-decoration: none;
    }
    a:focus-visible {
      outline-offset: -3px;
    }
    .here {
      border-color: var(--ls-accent);
      color: var(--ls-ink);
    }
  `,
})
export class SettingsPage {
  private readonly session = inject(Session);
  protected readonly links = computed(() => [
    { path: 'account', title: $localize`Account` },
    { path: 'tokens', title: $localize`API tokens` },
    ...(this.session.may('users.manage') ? [{ path: 'users', title: $localize`Users` }] : []),
    ...(this.session.may('audit.read') ? [{ path: 'audit', title: $localize`Audit` }] : []),
  ]);
}
