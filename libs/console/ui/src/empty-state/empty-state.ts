import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon } from '../icon/icon';
import type { IconName } from '../icon/icon-paths';

/** What a body says when there is nothing to show: why, and the one next step as projected content. */
@Component({
  selector: 'lockstep-empty-state',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-icon [name]="icon()" [size]="26" />
    <h2>{{ heading() }}</h2>
    <p class="ls-secondary"><ng-content /></p>
    <div class="ls-row ls-row--wrap next"><ng-content select="[next]" /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 6px;
      padding: 48px 24px;
      text-align: center;
    }
    lockstep-icon {
      margin-bottom: 6px;
      color: var(--ls-ink-3);
    }
    p {
      max-width: 46ch;
      font-size: 13px;
    }
    .next {
      justify-content: center;
      margin-top: 10px;
    }
    .next:empty {
      display: none;
    }
  `,
})
export class EmptyState {
  readonly icon = input<IconName>('info');
  readonly heading = input.required<string>();
}
