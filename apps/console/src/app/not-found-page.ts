import { ChangeDetectionStrategy, Component } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { EmptyState } from '@lockstep/console-ui';

@Component({
  selector: 'lockstep-not-found-page',
  imports: [EmptyState, MatButton, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-page">
      <h1 class="ls-visually-hidden" i18n>Not found</h1>
      <div class="ls-card">
        <lockstep-empty-state icon="search" heading="There is no such page" i18n-heading>
          <ng-container i18n>The address may be mistyped, or it belongs to a newer version.</ng-container>
          <a next matButton="filled" routerLink="/" i18n>Go to the overview</a>
        </lockstep-empty-state>
      </div>
    </div>
  `,
})
export class NotFoundPage {}
