import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, getOperationEvents } from '@lockstep/console-api';
import { ConnectionRooms } from '@lockstep/console-live';
import { readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { LogLine, Operation } from '@lockstep/contract';
import { Subscription, filter } from 'rxjs';
import { linesBetween } from './event-lines';

export interface NumberedLine extends LogLine {
  /** Its address, counted from 1 over the whole log. */
  readonly number: number;
}

/** One numbered event, as far as it matters to the log: output, or a state of the operation. */
interface Entry {
  readonly sequence: number;
  readonly lines?: readonly LogLine[] | undefined;
  readonly operation?: Operation | undefined;
}

/** The most that one page of events may hold. */
const pageSize = 500;

/** The log of one operation: what is kept, then what comes live, each event once and in the order of sequences. */
@Injectable()
export class OperationLogSource {
  private readonly api = inject(Api);
  private readonly rooms = inject(ConnectionRooms);
  private readonly entries = signal<readonly Entry[]>([]);
  private readonly failure = signal<ReadableProblem | null>(null);
  private readonly phase = signal<'loading' | 'ready'>('loading');
  private live: Subscription | undefined;
  private operationId = '';

  readonly state = this.phase.asReadonly();
  readonly problem = this.failure.asReadonly();
  readonly lines = computed(() => numbered(this.entries()));

  /** Shows another operation's log. What comes live is listened to first, so that nothing falls between. */
  open(operationId: string): void {
    this.close();
    this.operationId = operationId;
    this.entries.set([]);
    this.phase.set('loading');
    this.live = this.rooms.logs
      .pipe(filter((log) => log.operationId === operationId))
      .subscribe((log) => this.add([log]));
    this.live.add(
      this.rooms.updates
        .pipe(filter(({ operation }) => operation.id === operationId))
        .subscribe(({ operation }) => this.add([{ sequence: operation.sequence, operation }])),
    );
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
        const page = await this.api.invoke(getOperationEvents, { id, after, limit: pageSize });
        if (id !== this.operationId) return;
        this.add(page.items);
        if (page.items.length < pageSize || page.next <= after) break;
        after = page.next;
      }
      this.failure.set(null);
    } catch (error) {
      if (id === this.operationId) this.failure.set(readProblem(error));
    }
    this.phase.set('ready');
  }

  private add(events: readonly Entry[]): void {
    const known = new Set(this.entries().map(({ sequence }) => sequence));
    const fresh = events.filter(({ sequence }) => !known.has(sequence));
    if (fresh.length === 0) return;
    this.entries.update((entries) => [...entries, ...fresh].sort((left, right) => left.sequence - right.sequence));
  }
}

function numbered(entries: readonly Entry[]): readonly NumberedLine[] {
  const lines: NumberedLine[] = [];
  let before: Operation | null = null;
  for (const { lines: output, operation } of entries) {
    for (const line of output ?? (operation === undefined ? [] : linesBetween(before, operation)))
      lines.push({ ...line, number: lines.length + 1 });
    before = operation ?? before;
  }
  return lines;
}
