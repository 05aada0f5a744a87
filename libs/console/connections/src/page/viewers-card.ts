import { ChangeDetectionStrategy, Component, effect, inject, input, signal, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { roleTitle } from '@lockstep/console-access';
import { Api, listConnectionViewers } from '@lockstep/console-api';
import { ProblemNotice, Spinner, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { mayRole, type ConnectionViewer } from '@lockstep/contract';

/** Who may see a connection, who may act on it, and by which role or grant. For administrators. */
@Component({
  selector: 'lockstep-viewers-card',
  imports: [ProblemNotice, RouterLink, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="viewers-title">
      <div class="ls-card__head">
        <h2 id="viewers-title" i18n>Who may do what</h2>
        <a routerLink="/settings/users" i18n>Users</a>
      </div>
      @if (viewers(); as viewers) {
        <ul>
          @for (viewer of viewers; track viewer.userId) {
            <li>
              <strong class="ls-cut" [class.ls-muted]="viewer.disabled">{{ viewer.username }}</strong>
              <span class="ls-small">{{ may(viewer) }}</span>
              <span class="ls-small ls-muted why">{{ why(viewer) }}</span>
            </li>
          }
        </ul>
      } @else if (problem(); as problem) {
        <div class="ls-card__body"><lockstep-problem-notice [problem]="problem" /></div>
      } @else {
        <p class="ls-card__body ls-row ls-muted" role="status">
          <lockstep-spinner /><ng-container i18n>Loading …</ng-container>
        </p>
      }
    </section>
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 0 12px;
      padding: 8px 16px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    strong {
      font-size: 13px;
      font-weight: 550;
    }
    .why {
      grid-column: 1 / -1;
      overflow-wrap: anywhere;
    }
  `,
})
export class ViewersCard {
  private readonly api = inject(Api);
  readonly connectionId = input.required<number>();
  /** Tags decide too: another value reads anew. */
  readonly tags = input.required<readonly string[]>();
  protected readonly viewers = signal<readonly ConnectionViewer[] | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);

  constructor() {
    effect(() => {
      const id = this.connectionId();
      this.tags();
      untracked(() => void this.load(id));
    });
  }

  protected may({ role, disabled }: ConnectionViewer): string {
    if (disabled) return $localize`Disabled`;
    if (mayRole(role, 'connections.manage')) return $localize`Everything`;
    return mayRole(role, 'operations.start') ? $localize`See, start and cancel` : $localize`See`;
  }

  protected why({ role, byRole, byConnection, byTags }: ConnectionViewer): string {
    const title = roleTitle(role);
    if (byRole) return title;
    const grants = [
      ...(byConnection ? [$localize`this connection`] : []),
      ...byTags.map((tag) => $localize`tag ${tag}:TAG:`),
    ];
    return $localize`${title}:ROLE: by ${grants.join(', ')}:GRANTS:`;
  }

  private async load(id: number): Promise<void> {
    try {
      this.viewers.set((await this.api.invoke(listConnectionViewers, { id })).items);
      this.problem.set(null);
    } catch (error) {
      this.viewers.set(null);
      this.problem.set(readProblem(error));
    }
  }
}
