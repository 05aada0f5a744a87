import { DecimalPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, getConnection, listConnections, listTags } from '@lockstep/console-api';
import { OperationsStore } from '@lockstep/console-operations';
import { RollingRestarts } from '@lockstep/console-services';
import { EmptyState, Icon, PageHeader } from '@lockstep/console-ui';
import { CellTemplate, DataTable, ListAddress, PagedList, type TableColumn } from '@lockstep/console-ui/table';
import { RelativeTime, SearchField } from '@lockstep/console-ui/overlays';
import type { Connection, ConnectionSort, ConnectionStanding } from '@lockstep/contract';
import { ConnectionTests } from '../test-button/connection-tests';
import { ConnectionState } from './connection-state';
import { standingTitle, standings } from './standing-words';

const columns: readonly TableColumn[] = [
  { key: 'name', heading: $localize`Name`, width: 'minmax(150px, 1.5fr)', fold: 'title', sort: 'name' },
  { key: 'address', heading: $localize`Address`, width: 'minmax(170px, 1.5fr)', fold: 'detail', sort: 'host' },
  { key: 'state', heading: $localize`State`, width: '170px', fold: 'aside' },
  { key: 'tested', heading: $localize`Last test`, width: '110px', fold: 'none' },
  { key: 'tags', heading: $localize`Tags`, width: 'minmax(120px, 1.2fr)', fold: 'none' },
];
const sorts: readonly ConnectionSort[] = ['name', '-name', 'host', '-host', 'createdAt', '-createdAt'];

/** All connections one may see. Search, filters and sort are in the address. */
@Component({
  selector: 'lockstep-connections-page',
  imports: [
    CellTemplate,
    ConnectionState,
    DataTable,
    DecimalPipe,
    EmptyState,
    Icon,
    MatButton,
    PageHeader,
    RelativeTime,
    RouterLink,
    SearchField,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './connections-page.html',
})
export class ConnectionsPage {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly tests = inject(ConnectionTests);
  private readonly rolling = inject(RollingRestarts);
  protected readonly address = inject(ListAddress);

  readonly search = input<string>();
  readonly tag = input<string>();
  readonly standing = input<ConnectionStanding | undefined, string | undefined>(undefined, {
    transform: (text) => standings.find((standing) => standing === text),
  });
  readonly sort = input<ConnectionSort, string | undefined>('name', {
    transform: (text) => sorts.find((sort) => sort === text) ?? 'name',
  });

  protected readonly columns = columns;
  protected readonly standings = standings;
  protected readonly standingTitle = standingTitle;
  protected readonly list = new PagedList<Connection>();
  protected readonly tags = signal<readonly { readonly tag: string; readonly count: number }[]>([]);
  protected readonly selected = signal<ReadonlySet<number | string>>(new Set());

  protected readonly filtered = computed(
    () => (this.search() ?? '') !== '' || this.tag() !== undefined || this.standing() !== undefined,
  );
  protected readonly mayManage = computed(() => this.session.may('connections.manage'));
  protected readonly mayStart = computed(() => this.session.may('operations.start'));

  protected readonly rowId = (connection: Connection) => connection.id;
  protected readonly rowLink = (connection: Connection) => ['/connections', connection.id];
  protected readonly rowName = (connection: Connection) => connection.name;

  constructor() {
    effect(() => void this.load());
    void this.loadTags();
    const store = inject(OperationsStore);
    store.ended.pipe(takeUntilDestroyed()).subscribe(({ connectionId }) => void this.refresh(connectionId));
    store.resumed.pipe(takeUntilDestroyed()).subscribe(() => void this.list.reload());
  }

  protected async testSelected(): Promise<void> {
    const ids = [...this.selected()].map(Number);
    if (await this.tests.startMany(ids)) this.selected.set(new Set());
  }

  protected async restartOnSelected(): Promise<void> {
    const connectionIds = [...this.selected()].map(Number);
    if (await this.rolling.configure({ connectionIds })) this.selected.set(new Set());
  }

  private async load(): Promise<void> {
    const search = this.search() ?? '';
    const tag = this.tag();
    const standing = this.standing();
    const sort = this.sort();
    await this.list.load(
      async (cursor) =>
        await this.api.invoke(listConnections, {
          ...(search === '' ? {} : { search }),
          ...(tag === undefined ? {} : { tag }),
          ...(standing === undefined ? {} : { standing }),
          ...(cursor === null ? {} : { cursor }),
          sort,
          limit: 200,
        }),
    );
  }

  private async loadTags(): Promise<void> {
    const { items } = await this.api.invoke(listTags).catch(() => ({ items: [] }));
    this.tags.set(items);
  }

  /** An operation that ended may have changed what the row says. */
  private async refresh(connectionId: number): Promise<void> {
    if (!this.list.rows().some(({ id }) => id === connectionId)) return;
    const fresh = await this.api.invoke(getConnection, { id: connectionId }).catch(() => null);
    if (fresh !== null) this.list.update((rows) => rows.map((row) => (row.id === fresh.id ? fresh : row)));
  }
}
