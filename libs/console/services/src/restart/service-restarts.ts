import { Injectable, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Api, restartService } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import type { StartAnswer } from '@lockstep/contract';
import { firstValueFrom } from 'rxjs';

/** One service of one host. */
export interface RestartTarget {
  readonly connectionId: number;
  readonly connectionName: string;
  readonly service: string;
}

/** Restarts services, after a question. Whatever runs already is joined. */
@Injectable({ providedIn: 'root' })
export class ServiceRestarts {
  private readonly api = inject(Api);
  private readonly actions = inject(OperationActions);
  private readonly dialog = inject(MatDialog);

  /** Says what the restart touches; true when the person agreed. */
  async ask(target: RestartTarget): Promise<boolean> {
    const { RestartDialog } = await import('./restart-dialog');
    const opened = this.dialog.open<unknown, RestartTarget, boolean>(RestartDialog, {
      data: target,
      width: '560px',
      autoFocus: 'dialog',
    });
    return (await firstValueFrom(opened.afterClosed())) === true;
  }

  /** Null when it was refused, which has been told then. */
  async start({ connectionId, service }: RestartTarget): Promise<StartAnswer | null> {
    return await this.actions.start(() =>
      this.api.invoke(restartService, {
        id: connectionId,
        body: { service },
        'idempotency-key': crypto.randomUUID(),
      }),
    );
  }
}
