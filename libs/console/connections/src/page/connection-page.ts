import {
  ChangeDetectionStrategy,
  Component,
  Injector,
  computed,
  effect,
  inject,
  input,
  numberAttribute,
  signal,
  untracked,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatIconButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, deleteConnection, getConnection, listOperations } from '@lockstep/console-api';
import { CertificatesCard } from '@lockstep/console-certificates';
import {
  FailureCard,
  OperationActions,
  OperationBadge,
  OperationProgress,
  OperationsStore,
  StepList,
  describeActor,
  typeTitle,
} from '@lockstep/console-operations';
import { ServicesCard } from '@lockstep/console-services';
import {
  ElapsedTime,
  EmptyState,
  Icon,
  OneRead,
  PageHeader,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { Confirm, RelativeTime, Toasts, UnloadedPage, dialogFocus } from '@lockstep/console-ui/overlays';
import type { Connection, Operation } from '@lockstep/contract';
import { filter, firstValueFrom, merge } from 'rxjs';
import { HostKeyCard } from '../host-keys/host-key-card';
import { HostKeyDecided } from '../host-keys/host-key-decided';
import { HostKeyNotice } from '../host-keys/host-key-notice';
import type { HostKeyDecision, HostKeyDialogData } from '../host-keys/host-key-dialog';
import { HostKeyStore } from '../host-keys/host-key-store';
import { ConnectionState } from '../list/connection-state';
import { ConnectionTests } from '../test-button/connection-tests';
import { TestSshButton } from '../test-button/test-ssh-button';
import { ConnectionFacts } from './connection-facts';
import { ViewersCard } from './viewers-card';

/** A host's cockpit: how it stands, the test, its key, its last operations. */
@Component({
  selector: 'lockstep-connection-page',
  imports: [
    CertificatesCard,
    ConnectionFacts,
    ConnectionState,
    ElapsedTime,
    EmptyState,
    FailureCard,
    HostKeyCard,
    HostKeyDecided,
    HostKeyNotice,
    Icon,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    OperationBadge,
    OperationProgress,
    PageHeader,
    RelativeTime,
    RouterLink,
    ServicesCard,
    StepList,
    TestSshButton,
    UnloadedPage,
    ViewersCard,
  ],
  providers: [HostKeyStore],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './connection-page.html',
  styleUrl: './connection-page.scss',
})
export class ConnectionPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly store = inject(OperationsStore);
  private readonly tests = inject(ConnectionTests);
  private readonly dialog = inject(MatDialog);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly title = inject(Title);
  protected readonly actions = inject(OperationActions);
  protected readonly hostKeys = inject(HostKeyStore);

  readonly id = input.required({ transform: numberAttribute });
  /** `host-key`: someone was led here to decide about it. */
  readonly approve = input<string>();

  protected readonly connection = signal<Connection | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  private readonly recent = signal<readonly Operation[]>([]);
  private readonly reading = new OneRead(() => this.read());
  protected readonly typeTitle = typeTitle;
  protected readonly describeActor = describeActor;
  protected readonly mayManage = computed(() => this.session.may('connections.manage'));
  protected readonly maySchedule = computed(() => this.session.may('schedules.manage'));
  protected readonly maySeeUsers = computed(() => this.session.may('users.manage'));
  protected readonly running = computed(() => this.store.activeOf(this.id(), 'ssh_test'));
  /** A key waits for a decision, and no test is just finding out anew. */
  protected readonly keyWaits = computed(() => this.hostKeys.pending().length > 0 && this.running() === undefined);

  /** The last operations, newest first: what was fetched, with what the store knows better. */
  protected readonly operations = computed(() => {
    const merged = new Map(this.recent().map((operation) => [operation.id, operation]));
    for (const operation of this.store.operations().values()) {
      if (operation.connectionId === this.id()) merged.set(operation.id, operation);
    }
    return [...merged.values()].sort((left, right) => (left.id < right.id ? 1 : -1)).slice(0, 8);
  });
  /** The newest ended test: its steps say where it stopped. */
  protected readonly lastTest = computed(() =>
    this.operations().find(({ type, completedAt }) => type === 'ssh_test' && completedAt !== null),
  );
  /** What somebody has decided since the last test, which failed for want of it. */
  protected readonly keyDecided = computed(() => {
    const test = this.lastTest();
    if (test?.completedAt == null || !isAboutHostKey(test) || this.running() !== undefined || !this.hostKeys.isLoaded())
      return null;
    const endedAt = Date.parse(test.completedAt);
    const isApproved = this.hostKeys.accepted().some(({ acceptedAt }) => Date.parse(acceptedAt ?? '') > endedAt);
    return isApproved ? 'approved' : 'refused';
  });
  protected readonly shownTest = computed(() => this.running() ?? this.lastTest());

  constructor() {
    effect(() => {
      this.id();
      untracked(() => void this.load());
    });
    effect(() => {
      if (this.approve() === 'host-key' && this.connection()?.id === this.id()) untracked(() => void this.beLed());
    });
    effect(() => {
      const connection = this.connection();
      if (connection !== null) this.title.setTitle(`${connection.name} · Lockstep`);
    });
    this.store.watch(this.id, inject(Injector));
    const ended = this.store.ended.pipe(filter(({ connectionId }) => connectionId === this.id()));
    merge(ended, this.store.resumed)
      .pipe(takeUntilDestroyed())
      .subscribe(() => void this.reading.again());
  }

  protected async load(): Promise<void> {
    this.connection.set(null);
    this.problem.set(null);
    this.recent.set([]);
    await this.reading.again();
  }

  /** From wherever one came, be it from a card of this page: the address forgets it, so that one can be led here again. */
  private async beLed(): Promise<void> {
    await this.router.navigate([], { queryParams: { approve: null }, queryParamsHandling: 'merge', replaceUrl: true });
    await this.hostKeys.load(this.id());
    if (this.hostKeys.pending().length > 0) await this.decide();
  }

  protected async decide(): Promise<void> {
    const connection = this.connection();
    if (connection === null) return;
    const { HostKeyDialog } = await import('../host-keys/host-key-dialog');
    const data: HostKeyDialogData = { store: this.hostKeys, connectionName: connection.name };
    const opened = this.dialog.open<unknown, HostKeyDialogData, HostKeyDecision>(HostKeyDialog, {
      ...dialogFocus,
      data,
      width: '600px',
      autoFocus: 'dialog',
    });
    const decision = await firstValueFrom(opened.afterClosed());
    if (decision === 'approved') await this.tests.start(connection.id);
    if (decision === 'refused')
      this.toasts.show($localize`Refused. The key is off the list; the next test shows what the host offers then.`);
    await this.reading.again();
  }

  protected async remove(connection: Connection): Promise<void> {
    const agreed = await this.confirm.ask({
      heading: $localize`Delete ${connection.name}:NAME:?`,
      paragraphs: [
        $localize`Its credential and its approved host keys are removed and cannot be brought back. The host itself is not touched.`,
        $localize`Its past operations are kept.`,
      ],
      action: $localize`Delete connection`,
      danger: true,
    });
    if (!agreed) return;
    const isDone = await this.actions.attempt(
      async () => void (await this.api.invoke(deleteConnection, { id: connection.id })),
    );
    if (isDone) await this.router.navigate(['/connections']);
  }

  private async read(): Promise<void> {
    const id = this.id();
    try {
      const [connection, page] = await Promise.all([
        this.api.invoke(getConnection, { id }),
        this.api.invoke(listOperations, { connectionId: id, limit: 8 }),
        this.hostKeys.load(id),
      ]);
      if (id !== this.id()) return;
      this.connection.set(connection);
      this.recent.set(page.items);
    } catch (error) {
      if (id === this.id()) this.problem.set(readProblem(error));
    }
  }
}

const isAboutHostKey = ({ errorCode }: Operation): boolean =>
  errorCode === 'HOST_KEY_UNKNOWN' || errorCode === 'HOST_KEY_CHANGED';
