import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon } from '../icon/icon';
import type { ReadableProblem } from './read-problem';

/** A refusal where it happened: what, why, what to do. */
@Component({
  selector: 'lockstep-problem-notice',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-notice ls-notice--danger" role="alert">
      <lockstep-icon name="warning" />
      <div>
        <strong>{{ problem().title }}.</strong>
        @if (problem().detail && problem().fields.size === 0) {
          <span> {{ problem().detail }}</span>
        }
        <p>{{ problem().advice }}</p>
        @if (problem().correlationId; as id) {
          <p class="ls-mono ls-break" i18n>Correlation id {{ id }}</p>
        }
        <ng-content />
      </div>
    </div>
  `,
  styles: `
    lockstep-icon {
      color: var(--ls-failed);
    }
    p {
      color: var(--ls-ink-2);
    }
  `,
})
export class ProblemNotice {
  readonly problem = input.required<ReadableProblem>();
}
