import { ChangeDetectionStrategy, Component, computed, effect, inject, input, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api, getOperation } from '@lockstep/console-api';
import { OperationsStore } from '../store/operations-store';

/** Leads to the renewal that a deployment is part of, for those who may see that one too. */
@Component({
  selector: 'lockstep-parent-link',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (parent(); as parent) {
      <a [routerLink]="['/operations', parent.id]" i18n>part of the renewal by {{ parent.connectionName }}</a>
    }
  `,
})
export class ParentLink {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  readonly parentId = input.required<string>();
  protected readonly parent = computed(() => this.store.operations().get(this.parentId()));

  constructor() {
    effect(() => {
      const id = this.parentId();
      untracked(() => void this.load(id));
    });
  }

  private async load(id: string): Promise<void> {
    try {
      this.store.take(await this.api.invoke(getOperation, { id }));
    } catch {
      // It belongs to a host that this person may not see.
    }
  }
}
