import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Api, listOperations } from '@lockstep/console-api';
import { formatDuration } from '@lockstep/console-ui';
import { isActive, type Operation } from '@lockstep/contract';

/** With fewer earlier runs than this, a range would be a guess. */
const leastRuns = 5;

/** How long such an operation takes on this host, as a range from earlier runs; nothing while there are too few. */
@Component({
  selector: 'lockstep-usual-duration',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[hidden]': "words() === ''" },
  template: `{{ words() }}`,
})
export class UsualDuration {
  private readonly api = inject(Api);
  readonly operation = input.required<Operation>();
  private readonly durations = signal<readonly number[]>([]);
  private readonly slot = computed(
    () => `${this.operation().connectionId} ${this.operation().type} ${isActive(this.operation().status)}`,
  );

  protected readonly words = computed(() => {
    const durations = this.durations();
    if (durations.length < leastRuns || !isActive(this.operation().status)) return '';
    return $localize`usually ${formatDuration(Math.min(...durations))}:SHORTEST: to ${formatDuration(Math.max(...durations))}:LONGEST:`;
  });

  constructor() {
    effect(() => {
      this.slot();
      const operation = untracked(this.operation);
      if (isActive(operation.status)) void this.load(operation);
    });
  }

  private async load({ connectionId, type }: Operation): Promise<void> {
    const page = await this.api
      .invoke(listOperations, { connectionId, type: [type], status: ['completed'], limit: 10 })
      .catch(() => null);
    this.durations.set(
      (page?.items ?? []).map(
        ({ startedAt, completedAt }) => Date.parse(completedAt ?? startedAt) - Date.parse(startedAt),
      ),
    );
  }
}
