import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, listOperations } from '@lockstep/console-api';
import { ElapsedTime, EmptyState, PageHeader } from '@lockstep/console-ui';
import { CellTemplate, DataTable, ListAddress, PagedList, type TableColumn } from '@lockstep/console-ui/table';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { CreatedBy, Operation, OperationStatus } from '@lockstep/contract';
import { OperationsStore } from '../store/operations-store';
import { OperationBadge } from '../words/operation-badge';
import { createdByTitle, describeActor, describeStatus, targetWords, typeTitle } from '../words/operation-words';

const columns: readonly TableColumn[] = [
  { key: 'host', heading: $localize`Host`, width: 'minmax(120px, 1.3fr)', fold: 'title' },
  { key: 'type', heading: $localize`What`, width: 'minmax(150px, 1.3fr)', fold: 'detail' },
  { key: 'state', heading: $localize`State`, width: '150px', fold: 'aside' },
  { key: 'message', heading: $localize`Message`, width: 'minmax(130px, 2.2fr)', fold: 'detail' },
  { key: 'started', heading: $localize`Started`, width: '100px', fold: 'none' },
  { key: 'took', heading: $localize`Took`, width: '84px', fold: 'none' },
  { key: 'actor', heading: $localize`Started by`, width: 'minmax(110px, 0.9fr)', fold: 'none' },
];

interface StatusFilter {
  readonly key: string;
  readonly title: string;
  readonly statuses: readonly OperationStatus[];
}

const filters: readonly StatusFilter[] = [
  { key: 'active', title: $localize`Active`, statuses: ['pending', 'in_progress'] },
  { key: 'failed', title: describeStatus('failed').word, statuses: ['failed'] },
  { key: 'completed', title: describeStatus('completed').word, statuses: ['completed'] },
  { key: 'cancelled', title: describeStatus('cancelled').word, statuses: ['cancelled'] },
];

/** All operations one may see, newest first. Filters are in the address. */
@Component({
  selector: 'lockstep-operations-page',
  imports: [
    CellTemplate,
    DataTable,
    ElapsedTime,
    EmptyState,
    MatButton,
    OperationBadge,
    PageHeader,
    RelativeTime,
    RouterLink,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './operations-page.html',
  styles: `
    :not(.origin) + .origin {
      margin-left: 16px;
    }
    @media (width < 720px) {
      :not(.origin) + .origin {
        margin-left: 0;
      }
    }
  `,
})
export class OperationsPage {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  protected readonly address = inject(ListAddress);

  /** From the address: keys of the status filters, separated by commas. */
  readonly status = input<string>();
  readonly connectionId = input<string>();
  readonly createdBy = input<CreatedBy>();

  protected readonly columns = columns;
  protected readonly filters = filters;
  protected readonly origins: readonly CreatedBy[] = ['user', 'cron', 'auto'];
  protected readonly targetWords = targetWords;
  protected readonly typeTitle = typeTitle;
  protected readonly describeActor = describeActor;
  protected readonly createdByTitle = createdByTitle;
  protected readonly list = new PagedList<Operation>();
  private readonly newer = signal(0);

  protected readonly chosen = computed(() => new Set((this.status() ?? '').split(',').filter(Boolean)));
  private readonly statuses = computed(() =>
    filters.filter(({ key }) => this.chosen().has(key)).flatMap(({ statuses }) => statuses),
  );
  protected readonly filtered = computed(
    () => this.chosen().size > 0 || this.connectionId() !== undefined || this.createdBy() !== undefined,
  );
  /** The rows as they are now: what the store knows is newer than what was fetched. */
  protected readonly rows = computed(() => {
    const live = this.store.operations();
    return this.list.rows().map((row) => newest(row, live.get(row.id)));
  });

  protected readonly rowId = (operation: Operation) => operation.id;
  protected readonly rowLink = (operation: Operation) => ['/operations', operation.id];
  protected readonly rowName = (operation: Operation) => `${typeTitle(operation.type)} ${operation.connectionName}`;

  constructor() {
    effect(() => {
      this.newer();
      void this.load();
    });
    // A new operation belongs at the top of the first page.
    this.store.begun.pipe(takeUntilDestroyed()).subscribe(() => this.newer.update((count) => count + 1));
    this.store.resumed.pipe(takeUntilDestroyed()).subscribe(() => void this.list.reload());
  }

  protected toggle(key: string): void {
    const next = new Set(this.chosen());
    if (!next.delete(key)) next.add(key);
    this.address.set({ status: next.size === 0 ? null : [...next].join(',') });
  }

  private async load(): Promise<void> {
    const status = this.statuses();
    const connectionId = this.connectionId() === undefined ? undefined : Number(this.connectionId());
    const createdBy = this.createdBy();
    await this.list.load(
      async (cursor) =>
        await this.api.invoke(listOperations, {
          ...(status.length === 0 ? {} : { status }),
          ...(connectionId === undefined ? {} : { connectionId }),
          ...(createdBy === undefined ? {} : { createdBy: [createdBy] }),
          ...(cursor === null ? {} : { cursor }),
          limit: 100,
        }),
    );
  }
}

const newest = (row: Operation, known: Operation | undefined): Operation =>
  known !== undefined && known.sequence > row.sequence ? known : row;
