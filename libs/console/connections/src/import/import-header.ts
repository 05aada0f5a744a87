import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { PageHeader } from '@lockstep/console-ui';

/** The head of the pages that take something over from elsewhere. */
@Component({
  selector: 'lockstep-import-header',
  imports: [PageHeader, RouterLink, RouterLinkActive],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-page-header
      heading="Import"
      i18n-heading
      backLink="/connections"
      backLabel="Connections"
      i18n-backLabel
    />
    <nav class="ls-tabs" aria-label="What is imported" i18n-aria-label>
      <a
        routerLink="/connections/import"
        routerLinkActive="here"
        [routerLinkActiveOptions]="{ exact: true }"
        ariaCurrentWhenActive="page"
        i18n
        >Connections</a
      >
      <a routerLink="/connections/import/host-keys" routerLinkActive="here" ariaCurrentWhenActive="page" i18n
        >Host keys (known_hosts)</a
      >
    </nav>
  `,
})
export class ImportHeader {}
