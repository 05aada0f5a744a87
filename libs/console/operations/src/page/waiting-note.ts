import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { Operation } from '@lockstep/contract';
import { errandOf } from '../words/errand';

/** Whom or what it waits for, and since when. */
@Component({
  selector: 'lockstep-waiting-note',
  imports: [Icon, RelativeTime, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-notice ls-notice--warning" role="status">
      <lockstep-icon name="waiting" />
      <p>
        @if (operation().blockedBy; as other) {
          <ng-container i18n
            >Waits for <a [routerLink]="['/operations', other]">another operation on this host</a> to end; changes to
            one host run one at a time.</ng-container
          >
        } @else if (errand(); as errand) {
          <ng-container i18n
            ><a [routerLink]="errand.link">{{ errand.label }}</a
            >: then it goes on by itself. It gives up
            <lockstep-relative-time [at]="operation().notBefore ?? operation().startedAt" />.</ng-container
          >
        } @else if (operation().notBefore; as moment) {
          <ng-container i18n
            >{{ operation().message }}. It goes on by itself, at the latest
            <lockstep-relative-time [at]="moment" />.</ng-container
          >
        } @else {
          <ng-container i18n>Accepted; waits for a free worker.</ng-container>
        }
        {{ ' '
        }}<ng-container i18n>Waiting since <lockstep-relative-time [at]="operation().startedAt" />.</ng-container>
      </p>
    </div>
  `,
})
export class WaitingNote {
  readonly operation = input.required<Operation>();
  protected readonly errand = computed(() => errandOf(this.operation()));
}
