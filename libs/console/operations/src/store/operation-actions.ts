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
    const answer = await this.start(() =>
      this.api.invoke(retryOperation, { id: operation.id, 'idempotency-key': crypto.randomUUID() }),
    );
    if (answer !== null) await this.router.navigate(['/operations', answer.operationId]);
  }

  /** Has one started; that it ran already is news, not an error. Null when it was refused, which has been told then. */
  async start(ask: () => Promise<StartAnswer>): Promise<StartAnswer | null> {
    let answer: StartAnswer | null = null;
    await this.attempt(async () => {
      answer = await ask();
      this.store.take(answer.operation);
      if (answer.status === 'already_running') this.toasts.show(this.alreadyRunning(answer));
      this.announcer.say(answer.message);
    });
    return answer;
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
