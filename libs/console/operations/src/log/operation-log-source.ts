import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, getOperationEvents } from '@lockstep/console-api';
import { ConnectionRooms } from '@lockstep/console-live';
import { readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { LogLine, OperationEvent } from '@lockstep/contract';
import { Subscription, filter } from 'rxjs';

export interface NumberedLine extends LogLine {
  /** Its address, counted from 1 over the whole log. */
  readonly number: number;
}

interface Chunk {
  readonly sequence: number;
  readonly lines: readonly LogLine[];
}

/** The log of one operation: what is kept, then what comes live, each chunk once and in the order of sequences. */
@Injectable()
export class OperationLogSource {
  private readonly api = inject(Api);
  private readonly rooms = inject(ConnectionRooms);
  private readonly chunks = signal<readonly Chunk[]>([]);
  private readonly failure = signal<ReadableProblem | null>(null);
  private readonly phase = signal<'loading' | 'ready'>('loading');
  private live: Subscription | undefined;
  private operationId = '';

  readonly state = this.phase.asReadonly();
  readonly problem = this.failure.asReadonly();
  readonly lines = computed<readonly NumberedLine[]>(() => {
    let number = 0;
    return this.chunks().flatMap(({ lines }) => lines.map((line) => ({ ...line, number: ++number })));
  });

  /** Shows another operation's log. Live lines are listened to first, so that none falls between. */
  open(operationId: string): void {
    this.close();
    this.operationId = operationId;
    this.chunks.set([]);
    this.phase.set('loading');
    this.live = this.rooms.logs.pipe(filter((log) => log.operationId === operationId)).subscribe((log) => this.add([log]));
    this.live.add(this.rooms.snapshots.subscribe(() => void this.catchUp()));
    void this.catchUp();
  }

  close(): void {
    this.live?.unsubscribe();
  }

  /** Reads everything that is kept and not here yet. */
  async catchUp(): Promise<void> {
    const id = this.operationId;
    let after = 0;
    try {
      for (;;) {
        const page = await this.api.invoke(getOperationEvents, { id, after, limit: 500 });
        if (id !== this.operationId) return;
        this.add(page.items.filter(hasLines));
        if (page.items.length === 0 || page.next <= after) break;
        after = page.next;
        if (page.items.length < 500) break;
      }
      this.failure.set(null);
    } catch (error) {
      if (id === this.operationId) this.failure.set(readProblem(error));
    }
    this.phase.set('ready');
  }

  private add(events: readonly Chunk[]): void {
    const known = new Set(this.chunks().map(({ sequence }) => sequence));
    const fresh = events.filter(({ sequence }) => !known.has(sequence));
    if (fresh.length === 0) return;
    this.chunks.update((chunks) => [...chunks, ...fresh].sort((left, right) => left.sequence - right.sequence));
  }
}

const hasLines = (event: OperationEvent): event is OperationEvent & { lines: LogLine[] } => event.lines !== undefined;
