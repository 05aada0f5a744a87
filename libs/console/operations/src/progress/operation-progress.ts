import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { ProgressBar } from '@lockstep/console-ui';
import type { Operation } from '@lockstep/contract';
import { stepsDone, typeTitle } from '../words/operation-words';

/** Bar, message and count of one operation, bound to the store: pushed, never polled. */
@Component({
  selector: 'lockstep-operation-progress',
  imports: [ProgressBar],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-progress-bar [value]="operation().progress" [label]="label()" />
    <p class="ls-small">
      <span class="ls-cut ls-secondary">{{ operation().message }}</span>
      @if (operation().steps.length > 0) {
        <span class="ls-muted ls-number count" i18n>{{ done() }} of {{ operation().steps.length }} steps</span>
      }
    </p>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    p {
      display: flex;
      justify-content: space-between;
      gap: 12px;
      margin-top: 5px;
    }
    .count {
      flex: none;
    }
  `,
})
export class OperationProgress {
  readonly operation = input.required<Operation>();
  protected readonly done = computed(() => stepsDone(this.operation()));
  protected readonly label = computed(
    () => $localize`Progress of ${typeTitle(this.operation().type)}:TYPE: on ${this.operation().connectionName}:NAME:`,
  );
}
