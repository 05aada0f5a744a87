import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { OperationsStore } from '@lockstep/console-operations';
import { Icon, Spinner } from '@lockstep/console-ui';
import { ConnectionTests } from './connection-tests';

/**
 * *Test SSH*: knows its operation. While one runs, whoever started it, it shows the message and leads to it. One button for
 * both, so that the focus stays where it is.
 */
@Component({
  selector: 'lockstep-test-ssh-button',
  imports: [Icon, MatButton, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (running() || mayStart()) {
      <button
        type="button"
        [matButton]="running() || quiet() ? 'outlined' : 'filled'"
        [class.running]="running()"
        disabledInteractive
        [disabled]="isAsking()"
        (click)="press()"
      >
        @if (running(); as operation) {
          <lockstep-spinner [size]="14" />
          <span class="ls-cut" role="status">{{ operation.message || words.testing }}</span>
          <lockstep-icon name="right" [size]="13" />
          <span class="ls-visually-hidden" i18n>Open the running test</span>
        } @else {
          @if (isAsking()) {
            <lockstep-spinner [size]="14" />
          } @else {
            <lockstep-icon name="terminal" [size]="15" />
          }
          <ng-container i18n>Test SSH</ng-container>
        }
      </button>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      min-width: 0;
    }
    .running {
      --mat-button-outlined-label-text-color: var(--ls-running);
      max-width: min(360px, 80vw);
    }
  `,
})
export class TestSshButton {
  private readonly store = inject(OperationsStore);
  private readonly tests = inject(ConnectionTests);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  readonly connectionId = input.required<number>();
  /** Where something else comes first. */
  readonly quiet = input(false);

  protected readonly words = { testing: $localize`Testing …` };
  protected readonly isAsking = signal(false);
  protected readonly mayStart = computed(() => this.session.may('operations.start'));
  protected readonly running = computed(() => this.store.activeOf(this.connectionId(), 'ssh_test'));

  protected press(): void {
    const operation = this.running();
    if (operation !== undefined) void this.router.navigate(['/operations', operation.id]);
    else if (!this.isAsking()) void this.start();
  }

  private async start(): Promise<void> {
    this.isAsking.set(true);
    await this.tests.start(this.connectionId());
    this.isAsking.set(false);
  }
}
