import { ChangeDetectionStrategy, Component, computed, effect, inject, input } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, getCertificate, listCertificates } from '@lockstep/console-api';
import { OperationsStore } from '@lockstep/console-operations';
import { Clock, EmptyState, Icon, PageHeader, SearchField } from '@lockstep/console-ui';
import { CellTemplate, DataTable, PagedList, type TableColumn } from '@lockstep/console-ui/table';
import type { Certificate, CertificateStatus } from '@lockstep/contract';
import { Subject, debounceTime } from 'rxjs';
import { CertificateCheckStatus } from '../check/certificate-check-status';
import { CheckLine } from '../check/check-line';
import { CheckWarning } from '../check/check-warning';
import { renewedBy } from '../renew/renewal-of';
import { CertificateBadge } from '../words/certificate-badge';
import { statusTitle } from '../words/certificate-words';
import { problemsOf, renewalSentence } from '../words/renewal-sentence';
import { ExpiryStripView } from './expiry-strip';

const columns: readonly TableColumn[] = [
  { key: 'left', heading: $localize`Lasts`, width: '158px', fold: 'aside' },
  { key: 'name', heading: $localize`Name`, width: 'minmax(110px, 1fr)', fold: 'title' },
  { key: 'domains', heading: $localize`Names in it`, width: 'minmax(140px, 1.3fr)', fold: 'detail' },
  { key: 'issuer', heading: $localize`Issuer`, width: 'minmax(90px, 0.8fr)', fold: 'none' },
  { key: 'where', heading: $localize`Deployed to`, width: 'minmax(100px, 1fr)', fold: 'none' },
  { key: 'why', heading: $localize`What is known`, width: 'minmax(180px, 2.2fr)', fold: 'none' },
];
const statuses: readonly CertificateStatus[] = ['expired', 'due', 'not_deployed', 'not_issued', 'valid'];

/** How long one types before the search is sent, in milliseconds. */
const typingPause = 200;

/** All certificates one may see, those that need attention first. Search and filter are in the address. */
@Component({
  selector: 'lockstep-certificates-page',
  imports: [
    CellTemplate,
    CertificateBadge,
    CheckLine,
    CheckWarning,
    DataTable,
    EmptyState,
    ExpiryStripView,
    Icon,
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
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly clock = inject(Clock);

  readonly search = input<string>();
  readonly status = input<string>();

  protected readonly columns = columns;
  protected readonly statuses = statuses;
  protected readonly statusTitle = statusTitle;
  protected readonly list = new PagedList<Certificate>();
  private readonly typed = new Subject<string>();
  protected readonly chosen = computed(() => statuses.find((status) => status === this.status()));
  protected readonly filtered = computed(() => (this.search() ?? '') !== '' || this.chosen() !== undefined);
  protected readonly mayManage = computed(() => this.session.may('certificates.manage'));

  protected readonly rowId = (certificate: Certificate) => certificate.id;
  protected readonly rowLink = (certificate: Certificate) => ['/certificates', certificate.id];
  protected readonly rowName = (certificate: Certificate) => certificate.name;

  constructor() {
    effect(() => void this.load());
    void inject(CertificateCheckStatus).load();
    this.typed
      .pipe(debounceTime(typingPause), takeUntilDestroyed())
      .subscribe((search) => this.goTo({ search: search.trim() || null }));
    inject(OperationsStore)
      .ended.pipe(takeUntilDestroyed())
      .subscribe((operation) => void this.refresh(renewedBy(operation)));
  }

  protected type(text: string): void {
    this.typed.next(text);
  }

  protected choose(status: CertificateStatus): void {
    this.goTo({ status: this.chosen() === status ? null : status });
  }

  protected clear(): void {
    void this.router.navigate(['/certificates']);
  }

  protected namesOf({ domains }: Certificate): string {
    return domains.length > 2
      ? $localize`${domains[0]}:NAME: and ${domains.length - 1}:COUNT: more`
      : domains.join(', ');
  }

  protected where({ targets }: Certificate): string {
    return [...new Set(targets.map(({ connectionName }) => connectionName))].join(', ');
  }

  /** What is wrong comes before what is to be expected. */
  protected why(certificate: Certificate): string {
    return [...problemsOf(certificate), renewalSentence(certificate, this.clock.now())].join(' ');
  }

  protected isTroubled(certificate: Certificate): boolean {
    return problemsOf(certificate).length > 0;
  }

  private goTo(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  /** A renewal that ended has changed what the row says. */
  private async refresh(id: number | undefined): Promise<void> {
    if (id === undefined || !this.list.rows().some((row) => row.id === id)) return;
    const fresh = await this.api.invoke(getCertificate, { id }).catch(() => null);
    if (fresh !== null) this.list.update((rows) => rows.map((row) => (row.id === fresh.id ? fresh : row)));
  }

  private async load(): Promise<void> {
    const search = this.search() ?? '';
    const status = this.chosen();
    await this.list.load(
      async (cursor) =>
        await this.api.invoke(listCertificates, {
          ...(search === '' ? {} : { search }),
          ...(status === undefined ? {} : { status }),
          ...(cursor === null ? {} : { cursor }),
          limit: 200,
        }),
    );
  }
}
