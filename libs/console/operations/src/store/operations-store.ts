import { DestroyRef, Injectable, Injector, computed, effect, inject, untracked, type Signal } from '@angular/core';
import { Api, getOperation } from '@lockstep/console-api';
import { ConnectionRooms, LiveActivity, LiveCollection } from '@lockstep/console-live';
import { isActive, type Operation, type OperationType } from '@lockstep/contract';
import { Subject } from 'rxjs';

/** Every operation this browser has heard of, in its newest state. Events come in here as streams and leave as signals. */
@Injectable({ providedIn: 'root' })
export class OperationsStore {
  private readonly api = inject(Api);
  private readonly rooms = inject(ConnectionRooms);
  private readonly collection = new LiveCollection<string, Operation>({
    key: ({ id }) => id,
    version: ({ sequence }) => sequence,
  });
  private readonly endedSubject = new Subject<Operation>();
  private readonly begunSubject = new Subject<Operation>();
  private readonly resumedSubject = new Subject<void>();

  readonly operations = this.collection.items;
  /** Oldest first, so that rows do not jump when one begins. */
  readonly active = computed(() =>
    [...this.operations().values()]
      .filter(({ status }) => isActive(status))
      .sort((left, right) => (left.id < right.id ? -1 : 1)),
  );
  private readonly activeBySlot = computed(
    () => new Map(this.active().map((operation) => [slot(operation), operation])),
  );

  /** Each operation once, when it is first heard of as active. */
  readonly begun = this.begunSubject.asObservable();
  /** Each operation once, when it is first heard of as ended after having been active. */
  readonly ended = this.endedSubject.asObservable();
  /**
   * Live, for the first time or again: from here on every change is heard of. What was read before may lack what happened
   * until now, so whoever shows it reads it again.
   */
  readonly resumed = this.resumedSubject.asObservable();

  constructor() {
    inject(LiveActivity).snapshots.subscribe((operations) => this.onActivity(operations));
    this.rooms.snapshots.subscribe((snapshot) => {
      if (snapshot.reset) this.collection.removeWhere(({ connectionId }) => connectionId === snapshot.connectionId);
      snapshot.operations.forEach((operation) => this.take(operation));
    });
    this.rooms.updates.subscribe(({ operation }) => this.take(operation));
    this.rooms.accessLost.subscribe(({ connectionId }) => {
      if (connectionId !== null) this.collection.removeWhere((operation) => operation.connectionId === connectionId);
    });
  }

  /** Takes an operation from wherever it came; older states than the known one are dropped. */
  take(operation: Operation): void {
    const before = this.collection.get(operation.id);
    if (!this.collection.put(operation)) return;
    const wasActive = before !== undefined && isActive(before.status);
    if (isActive(operation.status) && before === undefined) this.begunSubject.next(operation);
    if (!isActive(operation.status) && wasActive) this.endedSubject.next(operation);
  }

  takeAll(operations: readonly Operation[]): void {
    operations.forEach((operation) => this.take(operation));
  }

  /** The active operation of this slot, if there is one. Reads a signal. */
  activeOf(connectionId: number, type: OperationType, target = ''): Operation | undefined {
    return this.activeBySlot().get(slot({ connectionId, type, target }));
  }

  /** Stays in the room of the connection that the signal names, for as long as the caller lives. */
  watch(connectionId: Signal<number | undefined>, injector: Injector): void {
    effect(
      (onCleanup) => {
        const id = connectionId();
        if (id === undefined) return;
        const stay = untracked(() => this.rooms.stay(id).subscribe());
        onCleanup(() => stay.unsubscribe());
      },
      { injector },
    );
    injector.get(DestroyRef);
  }

  /** What was active before the link was lost and is not any more has ended meanwhile: its end is asked for. */
  private onActivity(operations: readonly Operation[]): void {
    const stillActive = new Set(operations.map(({ id }) => id));
    const missed = this.collection.values().filter(({ id, status }) => isActive(status) && !stillActive.has(id));
    this.takeAll(operations);
    for (const { id } of missed) void this.fetch(id);
    this.resumedSubject.next();
  }

  private async fetch(id: string): Promise<void> {
    try {
      this.take(await this.api.invoke(getOperation, { id }));
    } catch {
      this.collection.removeWhere((operation) => operation.id === id);
    }
  }
}

const slot = (operation: Pick<Operation, 'connectionId' | 'type' | 'target'>): string =>
  `${operation.connectionId} ${operation.type} ${operation.target}`;
