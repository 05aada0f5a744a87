import { ChangeDetectionStrategy, Component, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { Api, getSchedule, getScheduleRun } from '@lockstep/console-api';
import { OperationsStore, describeActor } from '@lockstep/console-operations';
import { PageHeader, StatusBadge, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { RelativeTime, UnloadedPage } from '@lockstep/console-ui/overlays';
import type { Schedule, ScheduleRunDetail } from '@lockstep/contract';
import { debounceTime, filter, merge } from 'rxjs';
import { describeFigures, describeLateness, describeOutcome, formatInZone } from '../words/schedule-words';
import { RunTargets } from './run-targets';

/** Milliseconds; several operations of a run end together. */
const settle = 200;

/** One run of a schedule: why then, and what it did on each host. Read anew when something of it begins or ends. */
@Component({
  selector: 'lockstep-schedule-run-page',
  imports: [PageHeader, RelativeTime, RouterLink, RunTargets, StatusBadge, UnloadedPage],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-page">
      @if (run(); as run) {
        <lockstep-page-header
          heading="Run"
          i18n-heading
          [backLink]="['/schedules', id()]"
          [backLabel]="schedule()?.name ?? ''"
        >
          <lockstep-status-badge
            beside
            [tone]="describeOutcome(run.outcome).tone"
            [word]="describeOutcome(run.outcome).word"
            [icon]="describeOutcome(run.outcome).icon"
          />
          <p class="ls-dotted">
            <span i18n>by {{ describeActor(run.actor) }} <lockstep-relative-time [at]="run.firedAt" /></span>
            @if (run.slot; as slot) {
              <span i18n>due {{ formatInZone(slot, schedule()?.timeZone ?? 'UTC') }}</span>
            }
            @if (describeFigures(run); as figures) {
              <span class="ls-number">{{ figures }}</span>
            }
            @if (run.rollingRestartId; as rolling) {
              <a [routerLink]="['/rolling-restarts', rolling]" i18n>the rolling restart</a>
            }
          </p>
        </lockstep-page-header>
        @if (describeLateness(run); as words) {
          <p class="ls-notice">{{ words }}</p>
        }
        <section aria-label="What it did" i18n-aria-label><lockstep-run-targets [targets]="run.targets" /></section>
      } @else {
        <lockstep-unloaded-page
          heading="Run"
          i18n-heading
          backLink="/schedules"
          backLabel="Schedules"
          i18n-backLabel
          loading="Loading the run …"
          i18n-loading
          [problem]="problem()"
          (retry)="load()"
        />
      }
    </div>
  `,
})
export class RunPage {
  private readonly api = inject(Api);
  readonly id = input.required<string>();
  readonly runId = input.required<string>();

  protected readonly describeActor = describeActor;
  protected readonly describeFigures = describeFigures;
  protected readonly describeLateness = describeLateness;
  protected readonly describeOutcome = describeOutcome;
  protected readonly formatInZone = formatInZone;
  protected readonly schedule = signal<Schedule | null>(null);
  protected readonly run = signal<ScheduleRunDetail | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);

  constructor() {
    effect(() => {
      this.id();
      this.runId();
      untracked(() => {
        this.run.set(null);
        void this.load();
      });
    });
    const store = inject(OperationsStore);
    const ours = merge(store.begun, store.ended).pipe(filter(() => this.run()?.outcome === 'running'));
    merge(ours, store.resumed)
      .pipe(debounceTime(settle), takeUntilDestroyed())
      .subscribe(() => void this.load());
  }

  protected async load(): Promise<void> {
    const id = Number(this.id());
    const runId = this.runId();
    try {
      const [schedule, run] = await Promise.all([
        this.api.invoke(getSchedule, { id }),
        this.api.invoke(getScheduleRun, { id, runId }),
      ]);
      if (runId !== this.runId()) return;
      this.schedule.set(schedule);
      this.run.set(run);
      this.problem.set(null);
    } catch (error) {
      if (this.run() === null) this.problem.set(readProblem(error));
    }
  }
}
