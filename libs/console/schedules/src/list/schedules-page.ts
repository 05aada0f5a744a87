import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, changeSchedule, listBuiltInSchedules, listSchedules } from '@lockstep/console-api';
import { OperationActions, OperationsStore, typeTitle } from '@lockstep/console-operations';
import { Clock, EmptyState, Icon, PageHeader, StatusBadge } from '@lockstep/console-ui';
import { RelativeTime, SearchField } from '@lockstep/console-ui/overlays';
import { CellTemplate, DataTable, ListAddress, PagedList, type TableColumn } from '@lockstep/console-ui/table';
import type { BuiltInSchedule, Schedule } from '@lockstep/contract';
import { debounceTime, filter, merge } from 'rxjs';
import { describeCron } from '../words/cron-words';
import { describeOutcome, describeWhere } from '../words/schedule-words';
import { BuiltInCard } from './built-in-card';
import { EnabledSwitch } from './enabled-switch';

const columns: readonly TableColumn[] = [
  { key: 'name', heading: $localize`Name`, width: 'minmax(140px, 1.5fr)', fold: 'title' },
  { key: 'what', heading: $localize`What`, width: 'minmax(140px, 1.4fr)', fold: 'none' },
  { key: 'where', heading: $localize`Where`, width: 'minmax(90px, 0.8fr)', fold: 'none' },
  { key: 'next', heading: $localize`Next run`, width: '100px', fold: 'detail' },
  { key: 'when', heading: $localize`When`, width: 'minmax(200px, 2.2fr)', fold: 'detail' },
  { key: 'last', heading: $localize`Last run`, width: '130px', fold: 'aside' },
  { key: 'enabled', heading: $localize`Enabled`, width: '76px', fold: 'none' },
];

/** Milliseconds; several operations of a run begin and end together. */
const settle = 200;
/** Milliseconds after its time by which a run has begun, where somebody works. */
const runPause = 3_000;

/** The schedules that one may see, and what Lockstep does on its own. The search is in the address. */
@Component({
  selector: 'lockstep-schedules-page',
  imports: [
    BuiltInCard,
    CellTemplate,
    DataTable,
    EmptyState,
    EnabledSwitch,
    Icon,
    MatButton,
    PageHeader,
    RelativeTime,
    RouterLink,
    SearchField,
    StatusBadge,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './schedules-page.html',
  styleUrl: './schedules-page.scss',
})
export class SchedulesPage {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly actions = inject(OperationActions);
  private readonly clock = inject(Clock);
  protected readonly address = inject(ListAddress);

  readonly search = input<string>();

  protected readonly columns = columns;
  protected readonly typeTitle = typeTitle;
  protected readonly describeCron = describeCron;
  protected readonly describeOutcome = describeOutcome;
  protected readonly describeWhere = describeWhere;
  protected readonly list = new PagedList<Schedule>();
  protected readonly builtIn = signal<readonly BuiltInSchedule[]>([]);
  protected readonly filtered = computed(() => (this.search() ?? '') !== '');
  protected readonly mayManage = computed(() => this.session.may('schedules.manage'));
  /** How many runs have become due since the page was read; each is looked for once. */
  private readonly due = computed(
    () =>
      this.list.rows().filter(({ nextRun }) => nextRun !== null && Date.parse(nextRun) + runPause < this.clock.now())
        .length,
  );

  protected readonly rowId = (schedule: Schedule) => schedule.id;
  protected readonly rowLink = (schedule: Schedule) => ['/schedules', schedule.id];
  protected readonly rowName = (schedule: Schedule) => schedule.name;

  constructor() {
    effect(() => void this.load());
    effect(() => {
      if (this.due() > 0) untracked(() => void this.list.reload());
    });
    const store = inject(OperationsStore);
    const ours = merge(store.begun, store.ended).pipe(filter(({ actor }) => actor.kind === 'schedule'));
    merge(ours, store.resumed)
      .pipe(debounceTime(settle), takeUntilDestroyed())
      .subscribe(() => void this.list.reload());
    void this.loadBuiltIn();
  }

  protected async enable({ id }: Schedule, enabled: boolean): Promise<void> {
    await this.actions.attempt(async () => {
      const changed = await this.api.invoke(changeSchedule, { id, body: { enabled } });
      this.list.update((rows) => rows.map((row) => (row.id === id ? changed : row)));
    });
  }

  protected switchLabel({ name }: Schedule): string {
    return $localize`${name}:NAME: is enabled`;
  }

  private async load(): Promise<void> {
    const search = this.search() ?? '';
    await this.list.load(
      async (cursor) =>
        await this.api.invoke(listSchedules, {
          ...(search === '' ? {} : { search }),
          ...(cursor === null ? {} : { cursor }),
          limit: 200,
        }),
    );
  }

  private async loadBuiltIn(): Promise<void> {
    const answer = await this.api.invoke(listBuiltInSchedules).catch(() => null);
    this.builtIn.set(answer?.items ?? []);
  }
}
