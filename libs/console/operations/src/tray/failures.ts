import { Injectable, computed, effect, inject, signal } from '@angular/core';
import { Api, listOperations } from '@lockstep/console-api';
import { Session } from '@lockstep/console-access';
import type { Operation } from '@lockstep/contract';
import { OperationsStore } from '../store/operations-store';
import { isQuestion } from '../words/operation-words';

const keptKey = 'lockstep.dismissed';
/** Failures older than this, in milliseconds, are history and not news. */
const newsAge = 24 * 60 * 60 * 1_000;

/** Failed operations of the last day that nobody at this browser has dismissed. The same in every tab. */
@Injectable({ providedIn: 'root' })
export class Failures {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  private readonly session = inject(Session);
  private readonly dismissed = signal<ReadonlySet<string>>(readDismissed());

  /** Newest first. What a later run of the same slot has made good is not news any more. */
  readonly list = computed(() => {
    const oldest = Date.now() - newsAge;
    const all = [...this.store.operations().values()].sort((left, right) => (left.id < right.id ? 1 : -1));
    const laterSlots = new Set<string>();
    return all.filter((operation) => {
      const { status, completedAt, id } = operation;
      const isMadeGood = laterSlots.has(slotOf(operation));
      if (status !== 'cancelled') laterSlots.add(slotOf(operation));
      return status === 'failed' && !isMadeGood && !this.dismissed().has(id) && Date.parse(completedAt ?? '') > oldest;
    });
  });
  /** Of these, those that only wait for somebody to approve a first host key. */
  readonly questions = computed(() => this.list().filter(({ errorCode }) => isQuestion(errorCode)));
  readonly faults = computed(() => this.list().filter(({ errorCode }) => !isQuestion(errorCode)));

  constructor() {
    addEventListener('storage', ({ key }) => {
      if (key === keptKey) this.dismissed.set(readDismissed());
    });
    effect(() => {
      if (this.session.state() === 'signed_in') void this.load();
    });
    this.store.resumed.subscribe(() => void this.load());
  }

  dismiss(operation: Operation): void {
    this.keep([operation.id]);
  }

  dismissAll(): void {
    this.keep(this.list().map(({ id }) => id));
  }

  private keep(ids: readonly string[]): void {
    const next = new Set([...this.dismissed(), ...ids]);
    this.dismissed.set(next);
    // Ids sort by time (UUID version 7), so the newest ones stay when the list is cut.
    localStorage.setItem(keptKey, JSON.stringify([...next].sort().slice(-500)));
  }

  private async load(): Promise<void> {
    const page = await this.api
      .invoke(listOperations, { status: ['failed', 'completed'], limit: 100 })
      .catch(() => null);
    if (page !== null) this.store.takeAll(page.items);
  }
}

const slotOf = ({ connectionId, type, target }: Operation): string => `${connectionId} ${type} ${target}`;

function readDismissed(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keptKey) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []);
  } catch {
    return new Set();
  }
}
