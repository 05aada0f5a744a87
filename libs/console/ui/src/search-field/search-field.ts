import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { Icon } from '../icon/icon';

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
      (input)="typed.emit($any($event.target).value)"
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
  /** What is in the field, with each key. */
  readonly typed = output<string>();
}
