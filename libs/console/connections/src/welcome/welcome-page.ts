import {
  ChangeDetectionStrategy,
  Component,
  Injector,
  computed,
  effect,
  inject,
  signal,
  untracked,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, listConnections } from '@lockstep/console-api';
import { FailureCard, OperationProgress, OperationsStore, StepList } from '@lockstep/console-operations';
import { Icon, PageHeader, ProblemNotice, Spinner } from '@lockstep/console-ui';
import { isActive, type Connection } from '@lockstep/contract';
import { ConnectionForm } from '../form/connection-form';
import { HostKeyComparison } from '../host-keys/host-key-comparison';
import { HostKeyStore } from '../host-keys/host-key-store';
import { ConnectionTests } from '../test-button/connection-tests';

type Screen = 'host' | 'key' | 'test' | 'done';

interface Stage {
  readonly screen: Screen;
  readonly title: string;
  /** Why it is asked. */
  readonly reason: string;
}

const stages: readonly Stage[] = [
  {
    screen: 'host',
    title: $localize`Add your first host`,
    reason: $localize`Lockstep reaches hosts the way you do: by SSH, with an address, a user and a credential.`,
  },
  {
    screen: 'key',
    title: $localize`Approve its key`,
    reason: $localize`The key proves from now on that it is the same host; any other is refused.`,
  },
  {
    screen: 'test',
    title: $localize`Watch the test`,
    reason: $localize`Each step says what it found. A test changes nothing on the host.`,
  },
  { screen: 'done', title: $localize`What was found`, reason: $localize`This is what later operations build on.` },
];

/** The first run, led by the hand: host, key, test, result. */
@Component({
  selector: 'lockstep-welcome-page',
  imports: [
    ConnectionForm,
    FailureCard,
    HostKeyComparison,
    Icon,
    MatButton,
    OperationProgress,
    PageHeader,
    ProblemNotice,
    RouterLink,
    Spinner,
    StepList,
  ],
  providers: [HostKeyStore],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './welcome-page.html',
  styleUrl: './welcome-page.scss',
})
export class WelcomePage {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  private readonly tests = inject(ConnectionTests);
  protected readonly hostKeys = inject(HostKeyStore);

  protected readonly stages = stages;
  protected readonly words = { goOn: $localize`Save and test` };
  protected readonly connection = signal<Connection | null>(null);
  protected readonly demoHosts = signal<readonly Connection[]>([]);
  protected readonly isEditing = signal(false);
  private readonly operationId = signal<string | null>(null);
  protected readonly operation = computed(() => this.store.operations().get(this.operationId() ?? '') ?? null);
  protected readonly waitingKey = computed(() => this.hostKeys.pending()[0]);
  protected readonly isFailed = computed(
    () => this.operation()?.status === 'failed' && this.operation()?.errorCode !== 'HOST_KEY_UNKNOWN',
  );

  protected readonly screen = computed<Screen>(() => {
    if (this.connection() === null || this.isEditing()) return 'host';
    if (this.waitingKey() !== undefined) return 'key';
    return this.operation()?.status === 'completed' ? 'done' : 'test';
  });
  protected readonly stage = computed(() => stages.findIndex(({ screen }) => screen === this.screen()));

  constructor() {
    this.store.watch(
      computed(() => this.connection()?.id),
      inject(Injector),
    );
    effect(() => {
      const operation = this.operation();
      if (operation === null || isActive(operation.status)) return;
      untracked(() => void this.hostKeys.load(operation.connectionId));
    });
    void this.loadDemoHosts();
  }

  protected async begin(connection: Connection): Promise<void> {
    this.isEditing.set(false);
    this.connection.set(connection);
    await this.test();
  }

  protected async approve(fingerprint: string): Promise<void> {
    if (await this.hostKeys.accept(fingerprint)) await this.test();
  }

  protected async test(): Promise<void> {
    const connection = this.connection();
    if (connection === null) return;
    const answer = await this.tests.start(connection.id);
    this.operationId.set(answer?.operationId ?? null);
  }

  private async loadDemoHosts(): Promise<void> {
    const page = await this.api.invoke(listConnections, { limit: 500 }).catch(() => null);
    this.demoHosts.set(page?.items.filter(({ demo }) => demo) ?? []);
  }
}
