import { DecimalPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { CertificateAttention, CertificateAttentionCard, CertificateCheckStatus } from '@lockstep/console-certificates';
import { Failures, OperationBadge, OperationProgress, OperationsStore, typeTitle } from '@lockstep/console-operations';
import { ElapsedTime, EmptyState, Icon, PageHeader, ProblemNotice, Spinner, StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { operationErrorCatalogue, type Connection } from '@lockstep/contract';
import { ConnectionTests } from '../test-button/connection-tests';
import { Fleet } from './fleet';

/** How many rows of one kind are shown before the rest is a link. */
const rowsShown = 8;

/** What needs me now? Running, keys to approve, hosts not reached, failures. Nothing else. */
@Component({
  selector: 'lockstep-overview-page',
  imports: [
    CertificateAttentionCard,
    DecimalPipe,
    ElapsedTime,
    EmptyState,
    Icon,
    MatButton,
    OperationBadge,
    OperationProgress,
    PageHeader,
    ProblemNotice,
    RelativeTime,
    RouterLink,
    Spinner,
    StatusBadge,
  ],
  providers: [CertificateAttention, CertificateCheckStatus, Fleet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './overview-page.html',
  styleUrl: './overview-page.scss',
})
export class OverviewPage {
  private readonly session = inject(Session);
  private readonly tests = inject(ConnectionTests);
  protected readonly store = inject(OperationsStore);
  protected readonly fleet = inject(Fleet);
  protected readonly failures = inject(Failures);
  private readonly certificates = inject(CertificateAttention);
  private readonly certificateCheck = inject(CertificateCheckStatus);
  protected readonly typeTitle = typeTitle;
  protected readonly isTesting = signal(false);
  protected readonly mayManage = computed(() => this.session.may('connections.manage'));
  protected readonly mayStart = computed(() => this.session.may('operations.start'));
  protected readonly running = computed(() => this.store.active().slice(0, rowsShown));
  protected readonly keys = computed(() => [...this.fleet.changedKeys(), ...this.fleet.waitingKeys()]);
  protected readonly shownKeys = computed(() => this.keys().slice(0, rowsShown));
  protected readonly notReached = computed(() => this.fleet.notReached().slice(0, rowsShown));
  protected readonly isCalm = computed(
    () =>
      this.fleet.state() === 'ready' &&
      this.keys().length === 0 &&
      this.fleet.notReached().length === 0 &&
      this.fleet.untested().length === 0 &&
      this.certificates.isCalm() &&
      this.certificateCheck.isWatched(),
  );

  constructor() {
    void this.fleet.load();
    void this.certificates.load();
    this.store.resumed.pipe(takeUntilDestroyed()).subscribe(() => void this.fleet.load());
    this.store.ended.pipe(takeUntilDestroyed()).subscribe(({ connectionId }) => void this.fleet.refresh(connectionId));
  }

  protected why({ lastTest, hostKeyState }: Connection): string {
    const code = lastTest?.errorCode;
    if (code === 'HOST_KEY_UNKNOWN' && hostKeyState === 'accepted') {
      return $localize`Its host key has been approved since, and not been tried`;
    }
    return code == null ? '' : operationErrorCatalogue[code].title;
  }

  protected async test(connections: readonly Connection[]): Promise<void> {
    this.isTesting.set(true);
    await this.tests.startMany(connections.map(({ id }) => id));
    this.isTesting.set(false);
  }
}
