import { ChangeDetectionStrategy, Component, effect, inject, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, listScheduleRuns } from '@lockstep/console-api';
import { describeActor } from '@lockstep/console-operations';
import { ProblemNotice, StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { PagedList } from '@lockstep/console-ui/table';
import type { ScheduleRun } from '@lockstep/contract';
import { describeFigures, describeLateness, describeOutcome, formatInZone } from '../words/schedule-words';

/** What the runs of a schedule did, newest first. */
@Component({
  selector: 'lockstep-run-list',
  imports: [MatButton, ProblemNotice, RelativeTime, RouterLink, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="runs-title">
      <div class="ls-card__head"><h2 id="runs-title" i18n>Runs</h2></div>
      @if (list.problem(); as problem) {
        <div class="ls-card__body"><lockstep-problem-notice [problem]="problem" /></div>
      }
      <ul>
        @for (run of list.rows(); track run.id) {
          <li>
            <lockstep-status-badge
              [tone]="describeOutcome(run.outcome).tone"
              [word]="describeOutcome(run.outcome).word"
              [icon]="describeOutcome(run.outcome).icon"
              [plain]="true"
            />
            <a class="ls-number" [routerLink]="['/schedules', run.scheduleId, 'runs', run.id]">{{ nameOf(run) }}</a>
            <span class="ls-secondary ls-small ls-number">{{ describeFigures(run) }}</span>
            <lockstep-relative-time class="ls-muted ls-small" [at]="run.firedAt" />
            @if (describeLateness(run); as words) {
              <p class="ls-small ls-secondary">{{ words }}</p>
            }
          </li>
        } @empty {
          @if (list.state() === 'ready') {
            <li class="ls-muted" i18n>It has not run yet.</li>
          }
        }
      </ul>
      @if (list.rows().length < list.total()) {
        <div class="ls-card__body">
          <button matButton type="button" (click)="list.more()" i18n>Show earlier runs</button>
        </div>
      }
    </section>
  `,
  styles: `
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: grid;
      grid-template-columns: 150px minmax(0, 1.4fr) minmax(0, 1.4fr) auto;
      align-items: center;
      min-height: 40px;
      padding: 6px 16px;
      gap: 2px 16px;
    }
    li > a {
      font-size: 13px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    li > p {
      grid-column: 2 / -1;
    }
    @media (width < 720px) {
      li {
        grid-template-columns: minmax(0, 1fr) auto;
      }
      li > a {
        grid-row: 2;
        grid-column: 1 / -1;
      }
      li > p {
        grid-column: 1 / -1;
      }
    }
  `,
})
export class RunList {
  private readonly api = inject(Api);
  readonly scheduleId = input.required<number>();
  readonly timeZone = input.required<string>();
  /** Another number: read them anew. */
  readonly reads = input(0);

  protected readonly describeFigures = describeFigures;
  protected readonly describeLateness = describeLateness;
  protected readonly describeOutcome = describeOutcome;
  protected readonly list = new PagedList<ScheduleRun>();

  constructor() {
    effect(() => {
      this.reads();
      const id = this.scheduleId();
      void this.list.load((cursor) =>
        this.api.invoke(listScheduleRuns, { id, ...(cursor === null ? {} : { cursor }), limit: 20 }),
      );
    });
  }

  /** By the time it was due, or by who ran it. */
  protected nameOf({ slot, actor }: ScheduleRun): string {
    return slot === null ? $localize`run by ${describeActor(actor)}:NAME:` : formatInZone(slot, this.timeZone());
  }
}
