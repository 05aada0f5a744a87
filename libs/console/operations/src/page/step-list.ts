import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { ElapsedTime, Icon, Spinner } from '@lockstep/console-ui';
import type { OperationErrorCode, OperationStep } from '@lockstep/contract';
import { describeStep } from '../words/operation-words';
import { WithFingerprints } from '../words/with-fingerprints';

/** The steps in their order: state, duration, message; each leads to its lines in the log. */
@Component({
  selector: 'lockstep-step-list',
  imports: [ElapsedTime, Icon, Spinner, WithFingerprints],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ol>
      @for (step of rows(); track step.name) {
        <li
          [class]="step.words.tone"
          [attr.data-step]="step.name"
          [attr.aria-current]="step.status === 'running' ? 'step' : null"
        >
          @if (step.status === 'running') {
            <lockstep-spinner [size]="16" />
          } @else {
            <lockstep-icon [name]="step.words.icon" />
          }
          <div class="words">
            <div class="line">
              @if (linked() && step.startedAt) {
                <button type="button" (click)="chosen.emit(step.name)">{{ step.title }}</button>
              } @else {
                <span>{{ step.title }}</span>
              }
              <span class="ls-visually-hidden">{{ step.words.word }}</span>
              @if (step.startedAt; as startedAt) {
                <lockstep-elapsed-time class="ls-small ls-muted" [from]="startedAt" [until]="step.endedAt" />
              }
            </div>
            @if (step.message) {
              <p class="ls-small ls-secondary"><lockstep-with-fingerprints [text]="step.message" /></p>
            }
          </div>
        </li>
      }
    </ol>
  `,
  styles: `
    li {
      position: relative;
      display: flex;
      gap: 10px;
      padding: 7px 0;
      color: var(--ls-ink);
    }
    li:not(:last-child)::before {
      position: absolute;
      top: 27px;
      bottom: -5px;
      left: 7.5px;
      width: 1px;
      background: var(--ls-line);
      content: '';
    }
    lockstep-icon,
    lockstep-spinner {
      margin-top: 2px;
      color: var(--ls-ink-3);
    }
    .completed lockstep-icon {
      color: var(--ls-completed);
    }
    .running lockstep-spinner {
      color: var(--ls-running);
    }
    .failed lockstep-icon {
      color: var(--ls-failed);
    }
    .waiting lockstep-icon,
    .waiting .line > :first-child {
      color: var(--ls-waiting);
    }
    .none .line {
      color: var(--ls-ink-3);
    }
    .words {
      flex: 1;
      min-width: 0;
    }
    .line {
      display: flex;
      justify-content: space-between;
      gap: 12px;
      font-size: 13px;
      font-weight: 500;
    }
    .failed .line > :first-child {
      color: var(--ls-failed);
    }
    button {
      padding: 0;
      border: 0;
      background: none;
      color: inherit;
      font-weight: inherit;
      text-align: left;
      text-underline-offset: 3px;
      cursor: pointer;
    }
    button:hover {
      text-decoration: underline;
    }
    lockstep-elapsed-time {
      font-weight: 400;
    }
  `,
})
export class StepList {
  readonly steps = input.required<readonly OperationStep[]>();
  /** Of the operation whose steps these are. */
  readonly errorCode = input<OperationErrorCode | null>(null);
  /** Whether a step leads to its lines in the log. */
  readonly linked = input(false);
  readonly chosen = output<string>();
  protected readonly rows = computed(() =>
    this.steps().map((step) => ({ ...step, words: describeStep(step, this.errorCode()) })),
  );
}
