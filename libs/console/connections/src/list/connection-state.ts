import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { OperationsStore, OperationBadge } from '@lockstep/console-operations';
import { StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { Connection } from '@lockstep/contract';

/** How a connection stands: what runs on it now, else how its last test ended and how long ago that was. */
@Component({
  selector: 'lockstep-connection-state',
  imports: [OperationBadge, RelativeTime, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (running(); as operation) {
      <lockstep-operation-badge [operation]="operation" [plain]="plain()" />
    } @else if (connection().hostKeyState === 'changed') {
      <lockstep-status-badge tone="failed" icon="warning" word="Host key changed" i18n-word [plain]="plain()" />
    } @else if (connection().hostKeyState === 'pending') {
      <lockstep-status-badge tone="waiting" icon="key" word="Key to approve" i18n-word [plain]="plain()" />
    } @else if (connection().lastTest; as test) {
      @switch (test.status) {
        @case ('completed') {
          <lockstep-status-badge tone="completed" word="Reachable" i18n-word [plain]="plain()" />
        }
        @case ('cancelled') {
          <lockstep-status-badge tone="cancelled" word="Test cancelled" i18n-word [plain]="plain()" />
        }
        @default {
          <lockstep-status-badge tone="failed" word="Test failed" i18n-word [plain]="plain()" />
        }
      }
    } @else {
      <lockstep-status-badge tone="cancelled" icon="dot" word="Not tested" i18n-word [plain]="plain()" />
    }
    @if (age() && !running() && connection().lastTest; as test) {
      <lockstep-relative-time class="ls-small ls-muted" [at]="test.endedAt" />
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 8px;
      min-width: 0;
    }
  `,
})
export class ConnectionState {
  private readonly store = inject(OperationsStore);
  readonly connection = input.required<Connection>();
  readonly plain = input(false);
  readonly age = input(false);
  protected readonly running = computed(() => this.store.activeOf(this.connection().id, 'ssh_test'));
}
