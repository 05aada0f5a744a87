import { Injectable, inject } from '@angular/core';
import { Api, testConnection, testConnections } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import { Toasts } from '@lockstep/console-ui/overlays';
import type { StartAnswer } from '@lockstep/contract';

/** Connections that one request may name. */
const mostAtOnce = 500;

/** Starts SSH tests. Whatever runs already is joined. */
@Injectable({ providedIn: 'root' })
export class ConnectionTests {
  private readonly api = inject(Api);
  private readonly actions = inject(OperationActions);
  private readonly toasts = inject(Toasts);

  /** Null when it was refused, which has been told then. */
  async start(connectionId: number): Promise<StartAnswer | null> {
    let answer: StartAnswer | null = null;
    await this.actions.attempt(async () => {
      answer = await this.api.invoke(testConnection, { id: connectionId, 'idempotency-key': crypto.randomUUID() });
      this.actions.welcome(answer);
    });
    return answer;
  }

  /** Any number of them, in portions of what one request may carry. */
  async startMany(connectionIds: readonly number[]): Promise<boolean> {
    return await this.actions.attempt(async () => {
      const counts = new Map<string, number>();
      for (let start = 0; start < connectionIds.length; start += mostAtOnce) {
        const body = { connectionIds: connectionIds.slice(start, start + mostAtOnce) };
        const { items } = await this.api.invoke(testConnections, { body });
        for (const { status } of items) counts.set(status, (counts.get(status) ?? 0) + 1);
      }
      const count = (status: string) => counts.get(status) ?? 0;
      this.toasts.showWithLink(
        $localize`${count('started')}:STARTED: started, ${count('already_running')}:RUNNING: already running, ${count('not_found')}:GONE: not found`,
        { label: $localize`Show`, commands: ['/operations'] },
      );
    });
  }
}
