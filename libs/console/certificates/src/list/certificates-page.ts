import { ChangeDetectionStrategy, Component, computed, effect, inject, input, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, getCertificate, listInventory } from '@lockstep/console-api';
import { OperationsStore } from '@lockstep/console-operations';
import { Clock, EmptyState, Icon, PageHeader } from '@lockstep/console-ui';
import { SearchField } from '@lockstep/console-ui/overlays';
import { CellTemplate, DataTable, ListAddress, PagedList, type TableColumn } from '@lockstep/console-ui/table';
import { needyStatuses, type CertificateOrigin, type CertificateStatus } from '@lockstep/contract';
import { CertificateCheckStatus } from '../check/certificate-check-status';
import { CheckLine } from '../check/check-line';
import { CheckWarning } from '../check/check-warning';
import { renewedBy } from '../renew/renewal-of';
import { statusTitle } from '../words/certificate-words';
import { InventoryBadge } from '../words/inventory-badge';
import { isTroubled, originTitle, rowOf, whyWords, type InventoryRow } from '../words/inventory-row';
import { namesInShort } from '../words/names-in-short';
import { boundsWords, momentOf } from './expiry-bounds';
import { ExpiryChart } from './expiry-chart';

const columns: readonly TableColumn[] = [
  { key: 'left', heading: $localize`Lasts`, width: '212px', fold: 'aside' },
  { key: 'name', heading: $localize`Name`, width: 'minmax(110px, 1fr)', fold: 'title' },
  { key: 'domains', heading: $localize`Names in it`, width: 'minmax(140px, 1.3fr)', fold: 'detail' },
  { key: 'issuer', heading: $localize`Issuer`, width: 'minmax(90px, 0.8fr)', fold: 'none' },
  { key: 'where', heading: $localize`Deployed to`, width: 'minmax(100px, 1fr)', fold: 'none' },
  { key: 'why', heading: $localize`What is known`, width: 'minmax(180px, 2.2fr)', fold: 'detail' },
];
const statuses: readonly CertificateStatus[] = [...needyStatuses, 'not_deployed', 'not_issued', 'valid'];
const origins: readonly CertificateOrigin[] = ['managed', 'found', 'uploaded'];

/** All certificates one may see, those that need attention first. Search and filter are in the address. */
@Component({
  selector: 'lockstep-certificates-page',
  imports: [
    CellTemplate,
    CheckLine,
    CheckWarning,
    DataTable,
    EmptyState,
    ExpiryChart,
    Icon,
    InventoryBadge,
    MatButton,
    PageHeader,
    RouterLink,
    SearchField,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  providers: [CertificateCheckStatus],
  templateUrl: './certificates-page.html',
  styleUrl: './certificates-page.scss',
})
export class CertificatesPage {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly clock = inject(Clock);
  protected readonly address = inject(ListAddress);

  readonly search = input<string>();
  readonly status = input<string>();
  readonly origin = input<string>();
  readonly expiresFrom = input<string>();
  readonly expiresBefore = input<string>();

  protected readonly columns = columns;
  protected readonly statuses = statuses;
  protected readonly origins = origins;
  protected readonly statusTitle = statusTitle;
  protected readonly originTitle = originTitle;
  protected readonly isTroubled = isTroubled;
  protected readonly list = new PagedList<InventoryRow>();
  protected readonly chosen = computed(() => statuses.find((status) => status === this.status()));
  protected readonly chosenOrigin = computed(() => origins.find((origin) => origin === this.origin()));
  /** The filters that the chart shares with the list. */
  protected readonly filters = computed(() => {
    const [search, status, origin] = [this.search() ?? '', this.chosen(), this.chosenOrigin()];
    return {
      ...(search === '' ? {} : { search }),
      ...(status === undefined ? {} : { status }),
      ...(origin === undefined ? {} : { origin }),
    };
  });
  protected readonly from = computed(() => momentOf(this.expiresFrom()));
  protected readonly before = computed(() => momentOf(this.expiresBefore()));
  protected readonly bounds = computed(() => boundsWords(this.from(), this.before()));
  protected readonly filtered = computed(() => Object.keys(this.filters()).length > 0 || this.bounds() !== '');
  private readonly chart = viewChild(ExpiryChart);
  protected readonly mayManage = computed(() => this.session.may('certificates.manage'));

  protected readonly rowId = ({ id }: InventoryRow) => id;
  protected readonly rowLink = ({ link }: InventoryRow) => [...link];
  protected readonly rowName = ({ name }: InventoryRow) => name;

  constructor() {
    effect(() => void this.load());
    void inject(CertificateCheckStatus).load();
    const store = inject(OperationsStore);
    store.ended.pipe(takeUntilDestroyed()).subscribe((operation) => void this.refresh(renewedBy(operation)));
    store.resumed.pipe(takeUntilDestroyed()).subscribe(() => void this.list.reload());
  }

  protected namesOf({ domains }: InventoryRow): string {
    return namesInShort(domains, domains.length > 2 ? 1 : 2);
  }

  protected why(row: InventoryRow): string {
    return whyWords(row, this.clock.now());
  }

  /** Everything was looked at. */
  protected reload(): void {
    void this.list.reload();
    this.chart()?.reload();
  }

  /** A renewal that ended has changed what the row says. */
  private async refresh(id: number | undefined): Promise<void> {
    const key = String(id);
    if (id === undefined || !this.list.rows().some((row) => row.id === key)) return;
    const certificate = await this.api.invoke(getCertificate, { id }).catch(() => null);
    if (certificate === null) return;
    const fresh = rowOf({ origin: certificate.origin, certificate });
    this.list.update((rows) => rows.map((row) => (row.id === key ? fresh : row)));
  }

  private async load(): Promise<void> {
    const [filters, expiresFrom, expiresBefore] = [this.filters(), this.from(), this.before()];
    await this.list.load(async (cursor) => {
      const page = await this.api.invoke(listInventory, {
        ...filters,
        ...(expiresFrom === undefined ? {} : { expiresFrom }),
        ...(expiresBefore === undefined ? {} : { expiresBefore }),
        ...(cursor === null ? {} : { cursor }),
        limit: 200,
      });
      return { ...page, items: page.items.map(rowOf) };
    });
  }
}
