import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterNextRender,
  afterRenderEffect,
  computed,
  inject,
  output,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { ElapsedTime, EmptyState, Icon } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { OperationProgress } from '../progress/operation-progress';
import { OperationActions } from '../store/operation-actions';
import { OperationsStore } from '../store/operations-store';
import { errandOf } from '../words/errand';
import { OperationBadge } from '../words/operation-badge';
import type { Operation } from '@lockstep/contract';
import { isQuestion, typeTitle } from '../words/operation-words';
import { WithFingerprints } from '../words/with-fingerprints';
import { Failures } from './failures';

/** What runs now, wherever one is, and what failed until somebody has seen it. */
@Component({
  selector: 'lockstep-activity-tray',
  imports: [
    ElapsedTime,
    EmptyState,
    Icon,
    MatButton,
    MatIconButton,
    OperationBadge,
    OperationProgress,
    RelativeTime,
    RouterLink,
    WithFingerprints,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './activity-tray.html',
  styleUrl: './activity-tray.scss',
  host: { role: 'region', tabindex: '-1', 'aria-label': $localize`Activity`, '(keydown.escape)': 'closed.emit()' },
})
export class ActivityTray {
  protected readonly store = inject(OperationsStore);
  protected readonly failures = inject(Failures);
  protected readonly actions = inject(OperationActions);
  private readonly session = inject(Session);
  readonly closed = output();

  constructor() {
    const { nativeElement } = inject<ElementRef<HTMLElement>>(ElementRef);
    afterNextRender(() => nativeElement.focus());
    // The row with the focus may have gone; Escape and Tab go on from here.
    afterRenderEffect(() => {
      this.store.active();
      this.failures.list();
      const { activeElement, body } = nativeElement.ownerDocument;
      if (activeElement === body) nativeElement.focus();
    });
  }

  protected readonly errandOf = errandOf;
  protected readonly typeTitle = typeTitle;
  protected readonly mayCancel = computed(() => this.session.may('operations.cancel'));
  protected readonly isEmpty = computed(() => this.store.active().length === 0 && this.failures.list().length === 0);

  protected cancel(operation: Operation): void {
    if (operation.phase !== 'cancelling') void this.actions.cancel(operation);
  }

  protected cancelLabel({ type, connectionName }: Operation): string {
    return $localize`Cancel ${typeTitle(type)}:TYPE: on ${connectionName}:NAME:`;
  }

  protected dismissLabel({ errorCode, connectionName }: Operation): string {
    return isQuestion(errorCode)
      ? $localize`Dismiss the question about ${connectionName}:NAME:`
      : $localize`Dismiss the failure on ${connectionName}:NAME:`;
  }
}
