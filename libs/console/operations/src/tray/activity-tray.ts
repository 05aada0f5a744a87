import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterNextRender,
  computed,
  inject,
  output,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { ElapsedTime, EmptyState, Icon } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { OperationProgress } from '../progress/operation-progress';
import { OperationActions } from '../store/operation-actions';
import { OperationsStore } from '../store/operations-store';
import { OperationBadge } from '../words/operation-badge';
import { typeTitle } from '../words/operation-words';
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
    MatTooltip,
    OperationBadge,
    OperationProgress,
    RelativeTime,
    RouterLink,
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
    const element = inject<ElementRef<HTMLElement>>(ElementRef);
    afterNextRender(() => element.nativeElement.focus());
  }

  protected readonly typeTitle = typeTitle;
  protected readonly mayCancel = computed(() => this.session.may('operations.cancel'));
  protected readonly isEmpty = computed(() => this.store.active().length === 0 && this.failures.list().length === 0);
}
