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
    return await this.actions.start(() =>
      this.api.invoke(testConnection, { id: connectionId, 'idempotency-key': crypto.randomUUID() }),
    );
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
      this.toasts.showWithLink(inWords(counts), { label: $localize`Show`, commands: ['/operations'] });
    });
  }
}

/** «3 started, 1 already running»; what did not happen is not mentioned. */
function inWords(counts: ReadonlyMap<string, number>): string {
  const count = (status: string) => counts.get(status) ?? 0;
  return [
    $localize`${count('started')}:COUNT: started`,
    ...(count('already_running') > 0 ? [$localize`${count('already_running')}:COUNT: already running`] : []),
    ...(count('not_found') > 0 ? [$localize`${count('not_found')}:COUNT: not found`] : []),
  ].join(', ');
}
