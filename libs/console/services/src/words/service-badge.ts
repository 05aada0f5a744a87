import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { OperationBadge, OperationsStore } from '@lockstep/console-operations';
import { StatusBadge } from '@lockstep/console-ui';
import type { ServiceState } from '@lockstep/contract';
import { describeService } from './service-words';

/** How a service stands: its restart while one runs, else its state as the host told it last. */
@Component({
  selector: 'lockstep-service-badge',
  imports: [OperationBadge, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (running(); as operation) {
      @if (operation.status === 'in_progress' && operation.phase === 'running') {
        <lockstep-status-badge tone="running" word="Restarting" i18n-word [plain]="plain()" />
      } @else {
        <lockstep-operation-badge [operation]="operation" [plain]="plain()" />
      }
    } @else {
      <lockstep-status-badge
        [tone]="words().tone"
        [word]="words().word"
        [icon]="words().icon"
        [plain]="plain()"
        [attr.title]="subState()"
      />
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      min-width: 0;
    }
  `,
})
export class ServiceBadge {
  private readonly store = inject(OperationsStore);
  readonly connectionId = input.required<number>();
  readonly service = input.required<string>();
  readonly state = input.required<ServiceState>();
  /** The platform's finer word. */
  readonly subState = input<string | null>(null);
  readonly plain = input(false);
  protected readonly words = computed(() => describeService(this.state()));
  protected readonly running = computed(() =>
    this.store.activeOf(this.connectionId(), 'service_restart', this.service()),
  );
}
