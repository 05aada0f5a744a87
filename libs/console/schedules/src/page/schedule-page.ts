import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, changeSchedule, deleteSchedule, getSchedule, runSchedule } from '@lockstep/console-api';
import { OperationActions, OperationsStore, typeTitle } from '@lockstep/console-operations';
import { Clock, Icon, PageHeader, Spinner, StatusBadge, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { Confirm, UnloadedPage } from '@lockstep/console-ui/overlays';
import type { Schedule } from '@lockstep/contract';
import { debounceTime, filter, merge } from 'rxjs';
import { NextRuns } from '../form/next-runs';
import { RunList } from './run-list';
import { ScheduleFacts } from './schedule-facts';

/** Milliseconds; several operations of a run begin and end together. */
const settle = 200;
/** Milliseconds after its time by which a run has begun, where somebody works. */
const runPause = 3_000;

/** One schedule: what it does when, what comes next, and what its runs did. */
@Component({
  selector: 'lockstep-schedule-page',
  imports: [
    Icon,
    MatButton,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    NextRuns,
    PageHeader,
    RouterLink,
    RunList,
    ScheduleFacts,
    Spinner,
    StatusBadge,
    UnloadedPage,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './schedule-page.html',
  styleUrl: './schedule-page.scss',
})
export class SchedulePage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly actions = inject(OperationActions);
  private readonly confirm = inject(Confirm);
  private readonly title = inject(Title);
  private readonly clock = inject(Clock);
  readonly id = input.required<string>();

  protected readonly schedule = signal<Schedule | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly isStarting = signal(false);
  /** Raised when the runs have to be read anew. */
  protected readonly reads = signal(0);
  protected readonly mayRun = computed(() => this.session.may('operations.start'));
  protected readonly mayTakeOver = computed(
    () => this.session.user()?.role === 'administrator' && this.schedule()?.owner.id !== this.session.user()?.id,
  );
  private readonly isDue = computed(() => {
    const nextRun = this.schedule()?.nextRun ?? null;
    return nextRun !== null && Date.parse(nextRun) + runPause < this.clock.now();
  });

  constructor() {
    effect(() => {
      this.id();
      untracked(() => {
        this.schedule.set(null);
        void this.load();
      });
    });
    effect(() => {
      if (this.isDue()) untracked(() => void this.load());
    });
    const store = inject(OperationsStore);
    const ours = merge(store.begun, store.ended).pipe(
      filter(({ actor }) => this.schedule()?.lastRun?.outcome === 'running' || actor.id === this.id()),
    );
    merge(ours, store.resumed)
      .pipe(debounceTime(settle), takeUntilDestroyed())
      .subscribe(() => void this.load());
  }

  protected async load(): Promise<void> {
    const id = this.id();
    try {
      const schedule = await this.api.invoke(getSchedule, { id: Number(id) });
      if (id === this.id()) this.take(schedule);
      this.reads.update((count) => count + 1);
    } catch (error) {
      if (this.schedule() === null) this.problem.set(readProblem(error));
    }
  }

  protected async runNow(): Promise<void> {
    const id = Number(this.id());
    this.isStarting.set(true);
    await this.actions.attempt(async () => {
      const run = await this.api.invoke(runSchedule, { id });
      await this.router.navigate(['/schedules', id, 'runs', run.id]);
    });
    this.isStarting.set(false);
  }

  protected async change(body: { enabled: boolean } | { takeOver: true }): Promise<void> {
    await this.actions.attempt(async () =>
      this.take(await this.api.invoke(changeSchedule, { id: Number(this.id()), body })),
    );
  }

  protected async remove(schedule: Schedule): Promise<void> {
    const agreed = await this.confirm.ask({
      heading: $localize`Delete ${schedule.name}:NAME:?`,
      paragraphs: [$localize`The record of its runs goes with it. Operations that it has started go on.`],
      action: $localize`Delete schedule`,
      danger: true,
    });
    if (!agreed) return;
    await this.actions.attempt(async () => {
      await this.api.invoke(deleteSchedule, { id: schedule.id });
      await this.router.navigate(['/schedules']);
    });
  }

  protected describeType({ type, service }: Schedule): string {
    return service === null ? typeTitle(type) : `${typeTitle(type)} · ${service}`;
  }

  private take(schedule: Schedule): void {
    this.schedule.set(schedule);
    this.problem.set(null);
    this.title.setTitle(`${schedule.name} · Lockstep`);
  }
}
