import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Icon } from '../icon/icon';
import type { IconName } from '../icon/icon-paths';
import { Spinner } from '../spinner/spinner';

/** The six looks of a state. Each always comes with its icon and its word. */
export type Tone = 'completed' | 'running' | 'waiting' | 'failed' | 'cancelled' | 'unknown';

/** Icon + word + colour: nobody has to tell states apart by colour alone. */
@Component({
  selector: 'lockstep-status-badge',
  imports: [Icon, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class]': 'tone()', '[class.plain]': 'plain()' },
  template: `
    @if (tone() === 'running' && !icon()) {
      <lockstep-spinner [size]="14" />
    } @else {
      <lockstep-icon [name]="shownIcon()" [size]="15" />
    }
    <span class="ls-cut">{{ word() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 5px;
      max-width: 100%;
      height: 22px;
      padding: 0 8px 0 6px;
      border-radius: 11px;
      background: var(--wash);
      color: var(--tone);
      font-size: 12.5px;
      font-weight: 550;
      line-height: 18px;
      white-space: nowrap;
    }
    :host(.plain) {
      padding: 0;
      background: none;
    }
    :host(.completed) {
      --tone: var(--ls-completed);
      --wash: var(--ls-completed-wash);
    }
    :host(.running) {
      --tone: var(--ls-running);
      --wash: var(--ls-running-wash);
    }
    :host(.waiting) {
      --tone: var(--ls-waiting);
      --wash: var(--ls-waiting-wash);
    }
    :host(.failed) {
      --tone: var(--ls-failed);
      --wash: var(--ls-failed-wash);
    }
    :host(.cancelled) {
      --tone: var(--ls-cancelled);
      --wash: var(--ls-cancelled-wash);
    }
    :host(.unknown) {
      --tone: var(--ls-unknown);
      --wash: var(--ls-unknown-wash);
    }
  `,
})
export class StatusBadge {
  readonly tone = input.required<Tone>();
  readonly word = input.required<string>();
  readonly icon = input<IconName>();
  /** Without the tinted pill, for dense rows. */
  readonly plain = input(false);
  protected readonly shownIcon = computed<IconName>(
    () => this.icon() ?? (this.tone() === 'running' ? 'activity' : (this.tone() as IconName)),
  );
}
