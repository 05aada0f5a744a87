import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Icon, Spinner, type IconName } from '@lockstep/console-ui';
import type { OperationType } from '@lockstep/contract';
import { OperationsStore } from '../store/operations-store';
import { describeActor, targetWords, typeTitle } from '../words/operation-words';

/**
 * Starts the operation of one slot. While one runs, whoever started it, it shows the message and leads to it. One button
 * for both, so that the focus stays where it is; its content is what it says while nothing runs.
 */
@Component({
  selector: 'lockstep-operation-button',
  imports: [Icon, MatButton, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (running() || mayStart()) {
      <button
        type="button"
        [matButton]="running() || quiet() || compact() ? 'outlined' : 'filled'"
        [class.running]="running()"
        [class.compact]="compact()"
        disabledInteractive
        [disabled]="isAsking()"
        (click)="press()"
      >
        @if (running(); as operation) {
          @if (waitsFor()) {
            <lockstep-icon name="waiting" [size]="14" />
          } @else {
            <lockstep-spinner [size]="14" />
          }
          <span class="ls-cut" [attr.role]="compact() ? null : 'status'">{{ message() }}</span>
          @if (percentage()) {
            <strong class="ls-number">{{ operation.progress }} %</strong>
          }
          <lockstep-icon name="right" [size]="13" />
          <span class="ls-visually-hidden">{{ openLabel() }}</span>
        } @else {
          @if (isAsking()) {
            <lockstep-spinner [size]="14" />
          } @else {
            <lockstep-icon [name]="icon()" [size]="compact() ? 13 : 15" />
          }
          <ng-content />
        }
      </button>
    }
  `,
  styles: `
    /* Above the link that spans a table's row. */
    :host {
      position: relative;
      z-index: 1;
      display: inline-flex;
      min-width: 0;
    }
    .running {
      --mat-button-outlined-label-text-color: var(--ls-running);
      max-width: min(360px, 80vw);
    }
    strong {
      flex: none;
      font-weight: 600;
    }
    /* A column of them must not outshine what it stands beside. */
    .compact {
      --mat-button-outlined-outline-color: var(--ls-line);
      --mat-button-outlined-container-height: 28px;
      max-width: 200px;
    }
    @media (pointer: coarse) {
      .compact {
        --mat-button-outlined-container-height: var(--ls-control);
      }
    }
  `,
})
export class OperationButton {
  private readonly store = inject(OperationsStore);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  readonly type = input.required<OperationType>();
  readonly connectionId = input.required<number>();
  readonly target = input('');
  /** Starts it, or does not when a question is answered with no; tells refusals itself. */
  readonly start = input.required<() => Promise<unknown>>();
  readonly icon = input.required<IconName>();
  /** What pressing does while it runs, for who does not see where it leads. */
  readonly openLabel = input.required<string>();
  readonly percentage = input(false);
  /** Where something else comes first. */
  readonly quiet = input(false);
  /** For rows: smaller, and quiet. */
  readonly compact = input(false);

  protected readonly isAsking = signal(false);
  protected readonly mayStart = computed(() => this.session.may('operations.start'));
  protected readonly running = computed(() => this.store.activeOf(this.connectionId(), this.type(), this.target()));
  /** The operation whose turn on this host comes first; undefined too when one may not see it. */
  protected readonly waitsFor = computed(() => {
    const { status, blockedBy } = this.running() ?? {};
    return status === 'pending' && blockedBy != null ? this.store.operations().get(blockedBy) : undefined;
  });
  protected readonly message = computed(() => {
    const first = this.waitsFor();
    if (first === undefined) return this.running()?.message;
    return $localize`Waits for ${targetWords(first) || typeTitle(first.type)}:TARGET:, ${describeActor(first.actor)}:NAME:`;
  });

  protected press(): void {
    const operation = this.running();
    if (operation !== undefined) void this.router.navigate(['/operations', operation.id]);
    else if (!this.isAsking()) void this.ask();
  }

  private async ask(): Promise<void> {
    this.isAsking.set(true);
    try {
      await this.start()();
    } finally {
      this.isAsking.set(false);
    }
  }
}
