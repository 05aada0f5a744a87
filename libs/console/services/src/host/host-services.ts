import { Injectable, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Api, listServices, pinServices } from '@lockstep/console-api';
import { OperationActions, OperationsStore } from '@lockstep/console-operations';
import { readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Operation, Service, ServiceList } from '@lockstep/contract';
import { inOrder } from '../words/service-words';

type Failure = NonNullable<ServiceList['failure']>;

/**
 * The services of one host: what is known comes at once, then the host is asked. A restart that ends, and a test that got
 * through after the host could not be asked, are reasons to look again.
 */
@Injectable()
export class HostServices {
  private readonly api = inject(Api);
  private readonly actions = inject(OperationActions);
  private readonly list = signal<readonly Service[]>([]);
  private readonly readMoment = signal<string | null>(null);
  private readonly hostFailure = signal<Failure | null>(null);
  private readonly ownProblem = signal<ReadableProblem | null>(null);
  private readonly asking = signal(false);
  private readonly answered = signal(false);
  private connectionId: number | null = null;
  private generation = 0;

  readonly items = computed(() => inOrder(this.list()));
  readonly readAt = this.readMoment.asReadonly();
  /** Why the newest look at the host did not succeed. */
  readonly failure = this.hostFailure.asReadonly();
  /** Why Lockstep itself did not answer. */
  readonly problem = this.ownProblem.asReadonly();
  readonly isAsking = this.asking.asReadonly();
  readonly body = computed(() => {
    if (this.list().length > 0) return 'rows';
    if (this.ownProblem() !== null || this.hostFailure() !== null) return 'failed';
    if (!this.answered() || this.asking()) return 'loading';
    return this.readMoment() === null ? 'never' : 'none';
  });

  constructor() {
    inject(OperationsStore)
      .ended.pipe(takeUntilDestroyed())
      .subscribe((operation) => this.onEnded(operation));
  }

  async open(connectionId: number): Promise<void> {
    await this.openKnown(connectionId);
    if (this.connectionId === connectionId && this.ownProblem() === null) await this.load();
  }

  /** What is known, without asking the host. */
  async openKnown(connectionId: number): Promise<void> {
    this.connectionId = connectionId;
    this.list.set([]);
    this.readMoment.set(null);
    this.hostFailure.set(null);
    this.ownProblem.set(null);
    this.answered.set(false);
    await this.load('false');
  }

  /** Asks the host now, even where it refused the last login. */
  async refresh(): Promise<void> {
    await this.load('true');
  }

  /** Shown at once, and taken back when it was refused. */
  async togglePin(name: string): Promise<void> {
    const before = this.list();
    const after = before.map((service) => (service.name === name ? { ...service, pinned: !service.pinned } : service));
    this.list.set(after);
    const services = after.filter(({ pinned }) => pinned).map((service) => service.name);
    const id = this.connectionId;
    if (id === null) return;
    const isDone = await this.actions.attempt(
      async () => void (await this.api.invoke(pinServices, { id, body: { services } })),
    );
    if (!isDone) this.list.set(before);
  }

  private onEnded(operation: Operation): void {
    if (operation.connectionId !== this.connectionId) return;
    const wasChanged = operation.type === 'service_restart' && operation.effect !== 'none';
    const isReachedAgain = operation.status === 'completed' && (this.hostFailure() !== null || this.readAt() === null);
    if (wasChanged || isReachedAgain) void this.load('true');
  }

  private async load(refresh?: 'true' | 'false'): Promise<void> {
    const id = this.connectionId;
    if (id === null) return;
    const generation = (this.generation += 1);
    this.asking.set(refresh !== 'false');
    try {
      const answer = await this.api.invoke(listServices, { id, ...(refresh === undefined ? {} : { refresh }) });
      if (generation !== this.generation) return;
      this.take(answer);
    } catch (error) {
      if (generation === this.generation) this.ownProblem.set(readProblem(error));
    } finally {
      if (generation === this.generation) this.asking.set(false);
    }
  }

  private take({ items, readAt, failure }: ServiceList): void {
    this.list.set(items);
    this.readMoment.set(readAt);
    this.hostFailure.set(failure);
    this.ownProblem.set(null);
    this.answered.set(true);
  }
}
