import { DestroyRef, Injectable, computed, inject, signal } from '@angular/core';
import { Api, getConnection, listConnections, type ConnectionPage } from '@lockstep/console-api';
import { OneRead, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Connection } from '@lockstep/contract';

/** All connections one may see, sorted out by what they need. Provided by the overview. */
@Injectable()
export class Fleet {
  private readonly api = inject(Api);
  private readonly all = signal<readonly Connection[]>([]);
  private readonly phase = signal<'loading' | 'ready' | 'failed'>('loading');
  private readonly total = signal(0);
  private isClosed = false;
  private readonly reading = new OneRead(() => this.read());
  private readonly failure = signal<ReadableProblem | null>(null);

  readonly state = this.phase.asReadonly();
  readonly problem = this.failure.asReadonly();
  /** All there are, also those not read yet. */
  readonly count = this.total.asReadonly();
  readonly changedKeys = computed(() => this.all().filter(({ hostKeyState }) => hostKeyState === 'changed'));
  readonly waitingKeys = computed(() => this.all().filter(({ hostKeyState }) => hostKeyState === 'pending'));
  /** Without those that only wait for a key: they are listed there. */
  readonly notReached = computed(() =>
    this.all().filter(
      ({ lastTest, hostKeyState }) =>
        lastTest?.status === 'failed' && hostKeyState !== 'changed' && hostKeyState !== 'pending',
    ),
  );
  readonly reachable = computed(() => this.all().filter(({ lastTest }) => lastTest?.status === 'completed').length);
  readonly untested = computed(() =>
    this.all().filter(
      ({ lastTest, hostKeyState }) => lastTest === null && hostKeyState !== 'changed' && hostKeyState !== 'pending',
    ),
  );

  constructor() {
    inject(DestroyRef).onDestroy(() => (this.isClosed = true));
  }

  async load(): Promise<void> {
    await this.reading.again();
  }

  /** Page by page; the first time, what has come is shown while the rest is on its way. */
  private async read(): Promise<void> {
    const connections: Connection[] = [];
    let cursor: string | null = null;
    try {
      do {
        const page: ConnectionPage = await this.api.invoke(listConnections, {
          limit: 500,
          ...(cursor === null ? {} : { cursor }),
        });
        connections.push(...page.items);
        cursor = page.nextCursor;
        this.total.set(page.total);
        if (cursor === null || this.phase() !== 'ready') this.all.set([...connections]);
      } while (cursor !== null && !this.isClosed);
      this.failure.set(null);
      this.phase.set('ready');
    } catch (error) {
      this.failure.set(readProblem(error));
      this.phase.set('failed');
    }
  }

  /** Reads one anew, after something ended on it. */
  async refresh(connectionId: number): Promise<void> {
    const fresh = await this.api.invoke(getConnection, { id: connectionId }).catch(() => null);
    if (fresh === null) return;
    this.all.update((connections) =>
      [...connections.filter(({ id }) => id !== connectionId), fresh].sort((left, right) =>
        left.name.localeCompare(right.name),
      ),
    );
  }
}
