import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { formatClockWithSeconds } from '@lockstep/console-ui';
import type { NumberedLine } from './operation-log-source';

/** One line of output. What a host printed is shown as text and nothing else. */
@Component({
  selector: 'lockstep-log-line',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: {
    '[class]': 'line().stream',
    '[class.marked]': 'marked()',
    '[class.wrapped]': 'wrapped()',
    '[attr.data-line]': 'line().number',
  },
  template: `
    <a class="number" [href]="'#L' + line().number" [attr.aria-label]="numberLabel()" (click)="choose($event)">{{
      line().number
    }}</a>
    @if (times()) {
      <time [attr.datetime]="line().at">{{ time() }}</time>
    }
    <span class="text">
      @for (part of parts(); track $index) {
        @if (part.isMatch) {
          <mark>{{ part.text }}</mark>
        } @else {
          <span>{{ part.text }}</span>
        }
      }
    </span>
  `,
  styles: `
    :host {
      display: flex;
      gap: 12px;
      min-height: 20px;
      padding: 0 14px 0 0;
      line-height: 20px;
    }
    :host(:hover) {
      background: var(--ls-hover);
    }
    :host(.marked) {
      background: var(--ls-waiting-wash);
      box-shadow: inset 2px 0 var(--ls-waiting);
    }
    .number,
    time {
      white-space: nowrap;
    }
    .number {
      flex: none;
      width: 46px;
      color: var(--ls-ink-3);
      text-align: right;
      user-select: none;
    }
    time {
      flex: none;
      color: var(--ls-ink-3);
      user-select: none;
    }
    .text {
      min-width: 0;
    }
    .text > * {
      white-space: pre;
    }
    :host(.wrapped) .text > * {
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    :host(.system) .text {
      color: var(--ls-ink-2);
    }
    :host(.stderr) .text {
      color: var(--ls-failed);
    }
    mark {
      border-radius: 2px;
      background: var(--ls-waiting);
      color: var(--ls-surface);
    }
  `,
})
export class LogLineView {
  readonly line = input.required<NumberedLine>();
  readonly times = input(true);
  readonly wrapped = input(false);
  readonly marked = input(false);
  /** Lower case; empty for none. */
  readonly search = input('');
  readonly chosen = output<number>();

  protected readonly time = computed(() => formatClockWithSeconds(Date.parse(this.line().at)));
  protected readonly numberLabel = computed(() => $localize`Line ${this.line().number}:NUMBER:`);
  protected readonly parts = computed(() => splitAtMatches(this.line().text, this.search()));

  protected choose(event: Event): void {
    event.preventDefault();
    this.chosen.emit(this.line().number);
  }
}

interface Part {
  readonly text: string;
  readonly isMatch: boolean;
}

/** Cuts a text at the places where `search` (lower case) is found. */
export function splitAtMatches(text: string, search: string): readonly Part[] {
  if (search === '') return [{ text, isMatch: false }];
  const parts: Part[] = [];
  const lowered = text.toLowerCase();
  let from = 0;
  for (let found = lowered.indexOf(search); found !== -1; found = lowered.indexOf(search, from)) {
    if (found > from) parts.push({ text: text.slice(from, found), isMatch: false });
    parts.push({ text: text.slice(found, found + search.length), isMatch: true });
    from = found + search.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isMatch: false });
  return parts;
}
