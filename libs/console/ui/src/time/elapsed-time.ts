import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from './clock';
import { formatDuration, formatElapsed } from './format-time';

/** How long something has taken, counting on while it has no end. */
@Component({
  selector: 'lockstep-elapsed-time',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'ls-number' },
  template: `{{ words() }}`,
  styles: `
    :host {
      white-space: nowrap;
    }
  `,
})
export class ElapsedTime {
  private readonly clock = inject(Clock);
  /** ISO 8601. */
  readonly from = input.required<string>();
  readonly until = input<string | null>(null);
  protected readonly words = computed(() => {
    const start = Date.parse(this.from());
    const end = this.until();
    return end === null ? formatElapsed(this.clock.now() - start) : formatDuration(Date.parse(end) - start);
  });
}
