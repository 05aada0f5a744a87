import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { outputFromObservable } from '@angular/core/rxjs-interop';
import { Subject, debounceTime, map } from 'rxjs';
import { Icon } from '../icon/icon';

/** How long one types before the search is sent, in milliseconds. */
const typingPause = 200;

/** The search field above a list. */
@Component({
  selector: 'lockstep-search-field',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-icon name="search" [size]="15" />
    <input
      type="search"
      class="ls-input"
      [attr.aria-label]="label()"
      [placeholder]="placeholder()"
      [value]="value()"
      (input)="text.next($any($event.target).value)"
    />
  `,
  styles: `
    :host {
      position: relative;
      display: block;
      flex: 0 1 300px;
      min-width: 200px;
    }
    lockstep-icon {
      position: absolute;
      top: 50%;
      left: 10px;
      color: var(--ls-ink-3);
      transform: translateY(-50%);
      pointer-events: none;
    }
    input {
      padding-left: 32px;
    }
    @media (width < 720px) {
      :host {
        flex: 1 1 100%;
      }
    }
  `,
})
export class SearchField {
  /** What is searched, for those who do not see the icon. */
  readonly label = input.required<string>();
  readonly placeholder = input.required<string>();
  readonly value = input('');
  protected readonly text = new Subject<string>();
  /** What is in the field, with each key: for what is searched right here. */
  readonly typed = outputFromObservable(this.text);
  /** What to ask the server for, once one pauses; null when nothing is in the field. */
  readonly searched = outputFromObservable(
    this.text.pipe(
      debounceTime(typingPause),
      map((text) => text.trim() || null),
    ),
  );
}
