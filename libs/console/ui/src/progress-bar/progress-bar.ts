import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** How far something is, 0 to 100 per cent. */
@Component({
  selector: 'lockstep-progress-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: {
    role: 'progressbar',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
    '[attr.aria-valuenow]': 'value()',
    '[attr.aria-label]': 'label()',
  },
  template: `<span [style.transform]="'scaleX(' + value() / 100 + ')'"></span>`,
  styles: `
    :host {
      display: block;
      height: 4px;
      border-radius: 2px;
      background: color-mix(in srgb, var(--ls-running) 18%, transparent);
      overflow: hidden;
    }
    span {
      display: block;
      height: 100%;
      background: var(--ls-running);
      transform-origin: left;
      transition: transform var(--ls-move) ease-out;
    }
  `,
})
export class ProgressBar {
  readonly value = input.required<number>();
  readonly label = input.required<string>();
}
