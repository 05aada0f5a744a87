import { Injectable, inject } from '@angular/core';
import { Api, checkCertificateReadiness } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import type { StartAnswer } from '@lockstep/contract';

/** Starts rehearsals of renewals. Those that run already are joined. */
@Injectable({ providedIn: 'root' })
export class ReadinessChecks {
  private readonly api = inject(Api);
  private readonly actions = inject(OperationActions);

  /** Null when it was refused, which has been told then. */
  async start(certificateId: number): Promise<StartAnswer | null> {
    return await this.actions.start(() =>
      this.api.invoke(checkCertificateReadiness, { id: certificateId, 'idempotency-key': crypto.randomUUID() }),
    );
  }
}
