import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { OperationsStore, describeActor } from '@lockstep/console-operations';
import { Icon, Spinner } from '@lockstep/console-ui';
import { ServiceRestarts } from './service-restarts';

/** *Restart*: knows its operation. While one runs, whoever started it, it shows the message and leads to it. */
@Component({
  selector: 'lockstep-restart-button',
  imports: [Icon, MatButton, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (running(); as operation) {
      <button
        matButton="outlined"
        type="button"
        class="running"
        [class.compact]="compact()"
        (click)="open(operation.id)"
      >
        @if (waitsFor()) {
          <lockstep-icon name="waiting" [size]="14" />
        } @else {
          <lockstep-spinner [size]="14" />
        }
        <span class="ls-cut" [attr.role]="compact() ? null : 'status'">{{ message() }}</span>
        <lockstep-icon name="right" [size]="13" />
        <span class="ls-visually-hidden" i18n>Open the running restart of {{ service() }}</span>
      </button>
    } @else if (mayStart()) {
      <button
        [matButton]="compact() ? 'outlined' : 'filled'"
        type="button"
        [class.compact]="compact()"
        [disabled]="isAsking()"
        (click)="start()"
      >
        @if (isAsking()) {
          <lockstep-spinner [size]="14" />
        } @else {
          <lockstep-icon name="refresh" [size]="compact() ? 13 : 15" />
        }
        <ng-container i18n>Restart</ng-container>
        @if (compact()) {
          <span class="ls-visually-hidden">{{ service() }}</span>
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
export class RestartButton {
  private readonly store = inject(OperationsStore);
  private readonly restarts = inject(ServiceRestarts);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  readonly connectionId = input.required<number>();
  readonly connectionName = input.required<string>();
  readonly service = input.required<string>();
  /** For rows: smaller, and not the page's main action. */
  readonly compact = input(false);

  protected readonly isAsking = signal(false);
  protected readonly mayStart = computed(() => this.session.may('operations.start'));
  protected readonly running = computed(() =>
    this.store.activeOf(this.connectionId(), 'service_restart', this.service()),
  );
  /** The operation whose turn on this host comes first; undefined too when one may not see it. */
  protected readonly waitsFor = computed(() => {
    const { status, blockedBy } = this.running() ?? {};
    return status === 'pending' && blockedBy != null ? this.store.operations().get(blockedBy) : undefined;
  });
  protected readonly message = computed(() => {
    const first = this.waitsFor();
    if (first !== undefined) return $localize`Waits for ${first.target}:TARGET:, ${describeActor(first.actor)}:NAME:`;
    return this.running()?.message || $localize`Restarting …`;
  });

  protected async start(): Promise<void> {
    this.isAsking.set(true);
    const target = {
      connectionId: this.connectionId(),
      connectionName: this.connectionName(),
      service: this.service(),
    };
    if (await this.restarts.ask(target)) await this.restarts.start(target);
    this.isAsking.set(false);
  }

  protected open(operationId: string): void {
    void this.router.navigate(['/operations', operationId]);
  }
}
