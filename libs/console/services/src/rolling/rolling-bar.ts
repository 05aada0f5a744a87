import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { StatusBadge } from '@lockstep/console-ui';
import { partsOf, type RollingHost } from './rolling-words';

/** How many hosts stand how: a bar in proportion, and the same in words and numbers. */
@Component({
  selector: 'lockstep-rolling-bar',
  imports: [StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="bar" role="img" [attr.aria-label]="label()">
      @for (part of parts(); track part.word) {
        <span [class]="part.tone" [style.flex-grow]="part.count"></span>
      }
    </div>
    <ul>
      @for (part of parts(); track part.word) {
        <li>
          <lockstep-status-badge [tone]="part.tone" [word]="part.word" [icon]="part.icon" [plain]="true" />
          <strong class="ls-number">{{ part.count }}</strong>
        </li>
      }
    </ul>
  `,
  styles: `
    :host {
      display: block;
    }
    .bar {
      display: flex;
      gap: 2px;
      height: 10px;
      border-radius: 5px;
      overflow: hidden;
    }
    .bar span {
      flex-basis: 0;
      min-width: 3px;
      background: var(--tone);
      transition: flex-grow var(--ls-move) ease-out;
    }
    .bar .completed {
      --tone: var(--ls-completed);
    }
    .bar .failed {
      --tone: var(--ls-failed);
    }
    .bar .unknown {
      --tone: var(--ls-unknown);
    }
    .bar .running {
      --tone: var(--ls-running);
    }
    .bar .waiting {
      --tone: color-mix(in srgb, var(--ls-waiting) 30%, var(--ls-surface));
    }
    .bar .cancelled {
      --tone: var(--ls-line-strong);
    }
    ul {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 20px;
      margin-top: 10px;
    }
    li {
      display: flex;
      align-items: center;
      gap: 8px;
      font-size: 13px;
    }
  `,
})
export class RollingBar {
  readonly hosts = input.required<readonly RollingHost[]>();
  protected readonly parts = computed(() => partsOf(this.hosts()));
  protected readonly label = computed(() =>
    this.parts()
      .map(({ word, count }) => `${word}: ${count}`)
      .join(', '),
  );
}
