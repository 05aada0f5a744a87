import { Injectable, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, cancelOperation, retryOperation } from '@lockstep/console-api';
import { readProblem } from '@lockstep/console-ui';
import { Announcer, Toasts } from '@lockstep/console-ui/overlays';
import type { Operation, StartAnswer } from '@lockstep/contract';
import { OperationsStore } from './operations-store';

/** What one can do to an operation. Refusals are told in a toast; the operation itself shows the rest. */
@Injectable({ providedIn: 'root' })
export class OperationActions {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  private readonly toasts = inject(Toasts);
  private readonly announcer = inject(Announcer);
  private readonly router = inject(Router);
  private readonly session = inject(Session);

  async cancel(operation: Operation): Promise<void> {
    await this.attempt(async () => this.store.take(await this.api.invoke(cancelOperation, { id: operation.id })));
  }

  /** Starts it again as a new operation and shows that one. */
  async retry(operation: Operation): Promise<void> {
    await this.attempt(async () => {
      const answer = await this.api.invoke(retryOperation, {
        id: operation.id,
        'idempotency-key': crypto.randomUUID(),
      });
      this.welcome(answer);
      await this.router.navigate(['/operations', answer.operationId]);
    });
  }

  /** Takes the answer to starting; that something ran already is news, not an error. */
  welcome(answer: StartAnswer): void {
    this.store.take(answer.operation);
    if (answer.status === 'already_running') {
      this.toasts.show(this.alreadyRunning(answer));
    }
    this.announcer.say(answer.message);
  }

  private alreadyRunning({ operation }: StartAnswer): string {
    const isOwn = operation.actor.kind === 'user' && operation.actor.id === String(this.session.user()?.id);
    return isOwn
      ? $localize`This is already running.`
      : $localize`This is already running; you see the operation that ${operation.actor.name}:NAME: started.`;
  }

  /** Runs something and tells when it was refused. True when it was done. */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const problem = readProblem(error);
      this.toasts.show(`${problem.title}. ${problem.advice}`);
      this.announcer.alert(problem.title);
      return false;
    }
  }
}
