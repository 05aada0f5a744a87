import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { Title } from '@angular/platform-browser';
import { Session } from '@lockstep/console-access';
import { Api, cancelRollingRestart, getRollingRestart } from '@lockstep/console-api';
import { OperationActions, OperationsStore, describeActor } from '@lockstep/console-operations';
import { ElapsedTime, OneRead, PageHeader, StatusBadge, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { Announcer, RelativeTime, UnloadedPage } from '@lockstep/console-ui/overlays';
import type { Operation, RollingRestart } from '@lockstep/contract';
import { filter, merge } from 'rxjs';
import { RollingBar } from './rolling-bar';
import { RollingGrid } from './rolling-grid';
import { describeRolling, hostsOf } from './rolling-words';

/**
 * One rolling restart, live: the hosts follow their operations in the store; the whole is read anew when one of them begins
 * or ends, and when the link comes back.
 */
@Component({
  selector: 'lockstep-rolling-restart-page',
  imports: [ElapsedTime, MatButton, PageHeader, RelativeTime, RollingBar, RollingGrid, StatusBadge, UnloadedPage],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './rolling-restart-page.html',
  styleUrl: './rolling-restart-page.scss',
})
export class RollingRestartPage {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  private readonly actions = inject(OperationActions);
  private readonly session = inject(Session);
  private readonly announcer = inject(Announcer);
  private readonly title = inject(Title);
  readonly id = input.required<string>();

  protected readonly describeActor = describeActor;
  protected readonly rolling = signal<RollingRestart | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly isCancelling = signal(false);
  protected readonly mayCancel = computed(
    () => this.session.may('operations.cancel') && this.rolling()?.status === 'running' && this.isWaiting(),
  );
  protected readonly heading = computed(() => $localize`Rolling restart · ${this.rolling()?.service}:SERVICE:`);
  protected readonly words = computed(() => describeRolling(this.rolling()?.status ?? 'running', this.isHalted()));
  protected readonly hosts = computed(() => {
    const rolling = this.rolling();
    return rolling === null ? [] : hostsOf(rolling, this.store.operations());
  });
  /** Too many failed, or a person stopped it. */
  protected readonly isHalted = computed(() => this.hosts().some(({ status }) => status === 'not_begun'));
  private readonly isWaiting = computed(() => this.hosts().some(({ status }) => status === 'waiting'));
  protected readonly done = computed(() => this.hosts().filter(({ status }) => status === 'completed').length);
  private readonly reading = new OneRead(() => this.read());

  constructor() {
    effect(() => {
      this.id();
      untracked(() => {
        this.rolling.set(null);
        void this.load();
      });
    });
    const ours = merge(this.store.begun, this.store.ended).pipe(filter((operation) => this.isOurs(operation)));
    merge(ours, this.store.resumed)
      .pipe(takeUntilDestroyed())
      .subscribe(() => void this.load());
  }

  protected async cancel(): Promise<void> {
    this.isCancelling.set(true);
    await this.actions.attempt(async () => {
      this.take(await this.api.invoke(cancelRollingRestart, { id: this.id() }));
      this.announcer.say($localize`No further host is begun.`);
    });
    this.isCancelling.set(false);
  }

  protected async load(): Promise<void> {
    await this.reading.again();
  }

  private async read(): Promise<void> {
    const id = this.id();
    try {
      const rolling = await this.api.invoke(getRollingRestart, { id });
      if (id === this.id()) this.take(rolling);
    } catch (error) {
      if (this.rolling() === null) this.problem.set(readProblem(error));
    }
  }

  private take(rolling: RollingRestart): void {
    const before = this.rolling();
    this.rolling.set(rolling);
    this.problem.set(null);
    this.title.setTitle($localize`Rolling restart · ${rolling.service}:SERVICE: · Lockstep`);
    if (before?.status === 'running' && rolling.status !== 'running')
      this.announcer.say($localize`Rolling restart: ${describeRolling(rolling.status).word}:STATE:`);
  }

  /** Also an operation that was not begun for this, on one of its hosts: that one may be joined. */
  private isOurs({ parentId, connectionId, type, target }: Operation): boolean {
    const rolling = this.rolling();
    if (parentId === this.id()) return true;
    return (
      type === 'service_restart' &&
      target === rolling?.service &&
      rolling.targets.some((each) => each.connectionId === connectionId)
    );
  }
}
