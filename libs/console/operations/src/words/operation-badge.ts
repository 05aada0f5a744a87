import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { StatusBadge } from '@lockstep/console-ui';
import type { Operation } from '@lockstep/contract';
import { describeState } from './operation-words';

/** The state of an operation: icon, word and colour. */
@Component({
  selector: 'lockstep-operation-badge',
  imports: [StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<lockstep-status-badge
    [tone]="words().tone"
    [word]="words().word"
    [icon]="words().icon"
    [plain]="plain()"
  />`,
  styles: `
    :host {
      display: inline-flex;
      min-width: 0;
    }
  `,
})
export class OperationBadge {
  readonly operation = input.required<Pick<Operation, 'status' | 'phase' | 'effect' | 'errorCode'>>();
  readonly plain = input(false);
  protected readonly words = computed(() => describeState(this.operation()));
}
