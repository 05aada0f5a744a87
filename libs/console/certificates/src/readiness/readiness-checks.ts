import { Injectable, inject } from '@angular/core';
import { Api, checkCertificateReadiness } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';

/** Starts rehearsals of renewals. Those that run already are joined. */
@Injectable({ providedIn: 'root' })
export class ReadinessChecks {
  private readonly api = inject(Api);
  private readonly actions = inject(OperationActions);

  /** False when it was refused, which has been told then. */
  async start(certificateId: number): Promise<boolean> {
    return await this.actions.attempt(async () => {
      const answer = await this.api.invoke(checkCertificateReadiness, {
        id: certificateId,
        'idempotency-key': crypto.randomUUID(),
      });
      this.actions.welcome(answer);
    });
  }
}
