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
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Title } from '@angular/platform-browser';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, getConnection, getService, listOperations } from '@lockstep/console-api';
import { OperationBadge, OperationProgress, OperationsStore, describeActor } from '@lockstep/console-operations';
import { ElapsedTime, Icon, PageHeader, Spinner, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { Connection, Operation, ServiceDetail } from '@lockstep/contract';
import { filter } from 'rxjs';
import { HostServices } from '../host/host-services';
import { PinButton } from '../host/pin-button';
import { PrivilegeList } from '../privileges/privilege-list';
import { RestartButton } from '../restart/restart-button';
import { ServiceBadge } from '../words/service-badge';

/** Restarts that the page lists. */
const mostRestarts = 8;

/** One service of one host: how it stands, what depends on it, what it needs on the host, its restarts. */
@Component({
  selector: 'lockstep-service-page',
  imports: [
    ElapsedTime,
    Icon,
    MatButton,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    OperationBadge,
    OperationProgress,
    PageHeader,
    PinButton,
    PrivilegeList,
    RelativeTime,
    RestartButton,
    RouterLink,
    ServiceBadge,
    Spinner,
  ],
  providers: [HostServices],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './service-page.html',
  styleUrl: './service-page.scss',
})
export class ServicePage {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  private readonly session = inject(Session);
  private readonly title = inject(Title);
  protected readonly host = inject(HostServices);
  readonly id = input.required({ transform: numberAttribute });
  readonly service = input.required<string>();

  protected readonly describeActor = describeActor;
  protected readonly connection = signal<Connection | null>(null);
  protected readonly detail = signal<ServiceDetail | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly isAsking = signal(false);
  private readonly fetched = signal<readonly Operation[]>([]);
  protected readonly connectionName = computed(() => this.connection()?.name ?? '');
  protected readonly backLabel = computed(() => $localize`Services of ${this.connectionName()}:NAME:`);
  protected readonly mayManage = computed(() => this.session.may('connections.manage'));
  protected readonly maySchedule = computed(() => this.session.may('schedules.manage'));
  protected readonly running = computed(() => this.store.activeOf(this.id(), 'service_restart', this.service()));
  /** As the list of the host knows it: shown while the host is being asked, and when it does not answer. */
  private readonly known = computed(() => this.host.items().find(({ name }) => name === this.service()));
  protected readonly shown = computed(() => this.detail() ?? this.known());
  protected readonly isPinned = computed(() => this.known()?.pinned ?? this.detail()?.pinned ?? false);
  protected readonly restarts = computed(() => {
    const merged = new Map(this.fetched().map((operation) => [operation.id, operation]));
    for (const operation of this.store.operations().values())
      if (this.isOurs(operation)) merged.set(operation.id, operation);
    return [...merged.values()].sort((left, right) => (left.id < right.id ? 1 : -1)).slice(0, mostRestarts);
  });
  protected readonly needsNothing = computed(() => this.detail()?.privileges.length === 0);

  constructor() {
    effect(() => {
      const [id, service] = [this.id(), this.service()];
      untracked(() => {
        this.detail.set(null);
        this.title.setTitle(`${service} · Lockstep`);
        void this.host.openKnown(id);
        void this.loadConnection(id);
        void this.loadRestarts();
        void this.look();
      });
    });
    this.store.watch(this.id, inject(Injector));
    this.store.ended
      .pipe(
        filter((operation) => this.isOurs(operation)),
        takeUntilDestroyed(),
      )
      .subscribe(() => void this.look());
    this.store.resumed.pipe(takeUntilDestroyed()).subscribe(() => void this.loadRestarts());
  }

  /** Asks the host. What it said before stays until it answers. */
  protected async look(): Promise<void> {
    const [id, service] = [this.id(), this.service()];
    const isCurrent = () => id === this.id() && service === this.service();
    this.isAsking.set(true);
    this.problem.set(null);
    try {
      const detail = await this.api.invoke(getService, { id, service });
      if (isCurrent()) this.detail.set(detail);
    } catch (error) {
      if (isCurrent()) this.problem.set(readProblem(error));
    } finally {
      if (isCurrent()) this.isAsking.set(false);
    }
  }

  private async loadConnection(id: number): Promise<void> {
    const connection = await this.api.invoke(getConnection, { id }).catch(() => null);
    this.connection.set(connection);
    if (connection !== null) this.title.setTitle(`${this.service()} · ${connection.name} · Lockstep`);
  }

  private async loadRestarts(): Promise<void> {
    const page = await this.api
      .invoke(listOperations, { connectionId: this.id(), type: ['service_restart'], limit: 100 })
      .catch(() => null);
    this.fetched.set((page?.items ?? []).filter((operation) => this.isOurs(operation)));
  }

  private isOurs({ connectionId, type, target }: Operation): boolean {
    return connectionId === this.id() && type === 'service_restart' && target === this.service();
  }
}
