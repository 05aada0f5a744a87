import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api, listOperations } from '@lockstep/console-api';
import { ElapsedTime } from '@lockstep/console-ui';
import { isActive, type Operation } from '@lockstep/contract';
import { OperationsStore } from '../store/operations-store';
import { OperationBadge } from '../words/operation-badge';

/**
 * What an operation started on other hosts, live and each with a link. Its facts name them by id alone: one that may not be
 * seen is only counted.
 */
@Component({
  selector: 'lockstep-children-card',
  imports: [ElapsedTime, OperationBadge, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (ids().length > 0) {
      <section class="ls-card" aria-labelledby="children-title">
        <div class="ls-card__head">
          <h2 id="children-title" i18n>Other hosts</h2>
          <span class="ls-small ls-muted ls-number" i18n>{{ done() }} of {{ ids().length }} done</span>
        </div>
        <ul>
          @for (child of children(); track child.id) {
            <li>
              <lockstep-operation-badge [operation]="child" [plain]="true" />
              <a class="ls-cut" [routerLink]="['/operations', child.id]">{{ child.connectionName }}</a>
              <lockstep-elapsed-time class="ls-small ls-muted" [from]="child.startedAt" [until]="child.completedAt" />
              <p class="ls-small ls-secondary ls-break">{{ child.error ?? child.message }}</p>
            </li>
          }
          @if (hidden(); as count) {
            <li class="ls-small ls-muted" i18n>{{ count }} more on hosts that you may not see.</li>
          }
        </ul>
      </section>
    }
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: 124px minmax(80px, 1fr) auto;
      align-items: center;
      gap: 2px 12px;
      padding: 8px 16px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    li > p,
    li.ls-muted {
      grid-column: 1 / -1;
    }
    a {
      color: var(--ls-ink);
      font-size: 13px;
      font-weight: 500;
    }
  `,
})
export class ChildrenCard {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  readonly operation = input.required<Operation>();

  protected readonly ids = computed(
    () => {
      const { deployments } = this.operation().metadata;
      return Array.isArray(deployments) ? (deployments as readonly string[]) : [];
    },
    { equal: (left, right) => left.join() === right.join() },
  );
  protected readonly children = computed(() =>
    this.ids()
      .flatMap((id) => this.store.operations().get(id) ?? [])
      .sort((left, right) => left.connectionName.localeCompare(right.connectionName)),
  );
  protected readonly done = computed(() => this.children().filter(({ status }) => !isActive(status)).length);
  private readonly id = computed(() => this.operation().id);
  private readonly isLoaded = signal(false);
  protected readonly hidden = computed(() => (this.isLoaded() ? this.ids().length - this.children().length : 0));

  constructor() {
    effect(() => {
      const id = this.id();
      if (this.ids().length > 0) untracked(() => void this.load(id));
    });
  }

  /** One that somebody else had started is no child; while it runs it is heard of, as every active one. */
  private async load(parentId: string): Promise<void> {
    try {
      this.store.takeAll((await this.api.invoke(listOperations, { parentId, limit: 200 })).items);
      this.isLoaded.set(true);
    } catch {
      // Those that are active are heard of all the same, and the next change asks again.
    }
  }
}
