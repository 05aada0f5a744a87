import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Clock } from './clock';
import { formatExact, formatRelative } from './format-time';

/** How long ago, with the exact time and its zone on hover and for assistive technology. */
@Component({
  selector: 'lockstep-relative-time',
  imports: [MatTooltip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<time [attr.datetime]="at()" [matTooltip]="exact()" matTooltipShowDelay="300">{{ words() }}</time>`,
  styles: `
    :host {
      white-space: nowrap;
    }
  `,
})
export class RelativeTime {
  private readonly clock = inject(Clock);
  /** ISO 8601. */
  readonly at = input.required<string>();
  private readonly milliseconds = computed(() => Date.parse(this.at()));
  protected readonly words = computed(() => formatRelative(this.milliseconds(), this.clock.now()));
  protected readonly exact = computed(() => formatExact(this.milliseconds()));
}
