import { DecimalPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, listFleetServices, listServices, listTags } from '@lockstep/console-api';
import { OperationsStore } from '@lockstep/console-operations';
import { EmptyState, Icon, PageHeader } from '@lockstep/console-ui';
import { CellTemplate, DataTable, ListAddress, PagedList, type TableColumn } from '@lockstep/console-ui/table';
import { RelativeTime, SearchField } from '@lockstep/console-ui/overlays';
import type { FleetService, Operation, ServiceState } from '@lockstep/contract';
import { RecentRollingRestarts } from '../rolling/recent-rolling-restarts';
import { RollingRestarts } from '../rolling/rolling-restarts';
import { ServiceBadge } from '../words/service-badge';
import { describeService, serviceStates } from '../words/service-words';

const columns: readonly TableColumn[] = [
  { key: 'service', heading: $localize`Service`, width: 'minmax(180px, 1.4fr)', fold: 'title' },
  { key: 'host', heading: $localize`Host`, width: 'minmax(140px, 1.2fr)', fold: 'detail' },
  { key: 'state', heading: $localize`State`, width: '140px', fold: 'aside' },
  { key: 'description', heading: $localize`Description`, width: 'minmax(120px, 1.6fr)', fold: 'none' },
  { key: 'since', heading: $localize`Since`, width: '110px', fold: 'none' },
  { key: 'seen', heading: $localize`Seen`, width: '110px', fold: 'none' },
];

const rowKey = ({ connectionId, name }: Pick<FleetService, 'connectionId' | 'name'>): string =>
  `${connectionId} ${name}`;

/** The services of all hosts one may see, as they were last seen. Search, state, pinned and tag are in the address. */
@Component({
  selector: 'lockstep-services-page',
  imports: [
    CellTemplate,
    DataTable,
    DecimalPipe,
    EmptyState,
    Icon,
    MatButton,
    PageHeader,
    RecentRollingRestarts,
    RelativeTime,
    RouterLink,
    SearchField,
    ServiceBadge,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './services-page.html',
  styleUrl: './services-page.scss',
})
export class ServicesPage {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly rolling = inject(RollingRestarts);
  protected readonly address = inject(ListAddress);

  readonly search = input<string>();
  readonly state = input<ServiceState>();
  readonly pinned = input<'true' | 'false'>();
  readonly tag = input<string>();

  protected readonly columns = columns;
  protected readonly states = serviceStates
    .filter((state) => state === 'failed' || state === 'active' || state === 'inactive')
    .map((state) => ({ state, title: describeService(state).word }));
  protected readonly list = new PagedList<FleetService>();
  protected readonly tags = signal<readonly { readonly tag: string; readonly count: number }[]>([]);
  protected readonly selected = signal<ReadonlySet<number | string>>(new Set());

  protected readonly filtered = computed(
    () =>
      (this.search() ?? '') !== '' ||
      this.state() !== undefined ||
      this.pinned() !== undefined ||
      this.tag() !== undefined,
  );
  protected readonly mayStart = computed(() => this.session.may('operations.start'));
  private readonly chosen = computed(() => this.list.rows().filter((row) => this.selected().has(rowKey(row))));
  /** The one service that all chosen rows are of; null: they are of several. */
  protected readonly chosenService = computed(() => {
    const names = new Set(this.chosen().map(({ name }) => name));
    return names.size === 1 ? ([...names][0] ?? null) : null;
  });

  protected readonly rowId = rowKey;
  protected readonly rowLink = ({ connectionId, name }: FleetService) => [
    '/connections',
    connectionId,
    'services',
    name,
  ];
  protected readonly rowName = ({ name, connectionName }: FleetService) => `${name}, ${connectionName}`;

  constructor() {
    effect(() => void this.load());
    void this.loadTags();
    const store = inject(OperationsStore);
    store.ended.pipe(takeUntilDestroyed()).subscribe((operation) => void this.refresh(operation));
    store.resumed.pipe(takeUntilDestroyed()).subscribe(() => void this.list.reload());
  }

  protected async restartChosen(): Promise<void> {
    const service = this.chosenService();
    if (service === null) return;
    const connectionIds = this.chosen().map(({ connectionId }) => connectionId);
    if (await this.rolling.configure({ connectionIds, service })) this.selected.set(new Set());
  }

  protected async restartByTag(): Promise<void> {
    await this.rolling.configure({ tag: this.tag() ?? '' });
  }

  private async load(): Promise<void> {
    const [search, state, pinned, tag] = [this.search() ?? '', this.state(), this.pinned(), this.tag()];
    await this.list.load(
      async (cursor) =>
        await this.api.invoke(listFleetServices, {
          ...(search === '' ? {} : { search }),
          ...(state === undefined ? {} : { state }),
          ...(pinned === undefined ? {} : { pinned }),
          ...(tag === undefined ? {} : { tag }),
          ...(cursor === null ? {} : { cursor }),
          limit: 200,
        }),
    );
  }

  private async loadTags(): Promise<void> {
    const { items } = await this.api.invoke(listTags).catch(() => ({ items: [] }));
    this.tags.set(items);
  }

  /** A restart that ended was followed by a look at the host: its rows are read anew, and stay where they are. */
  private async refresh({ connectionId, type }: Operation): Promise<void> {
    if (type !== 'service_restart' || !this.list.rows().some((row) => row.connectionId === connectionId)) return;
    const fresh = await this.api.invoke(listServices, { id: connectionId }).catch(() => null);
    const services = new Map((fresh?.items ?? []).map((service) => [service.name, service]));
    this.list.update((rows) =>
      rows.map((row) =>
        row.connectionId === connectionId
          ? { ...row, ...services.get(row.name), readAt: fresh?.readAt ?? row.readAt }
          : row,
      ),
    );
  }
}
