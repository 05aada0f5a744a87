import { Injectable, inject } from '@angular/core';
import { Api, renewCertificate } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';

/** Starts renewals. One that runs already is joined. */
@Injectable({ providedIn: 'root' })
export class CertificateRenewals {
  private readonly api = inject(Api);
  private readonly actions = inject(OperationActions);

  /** False when it was refused, which has been told then. */
  async start(certificateId: number): Promise<boolean> {
    return await this.actions.attempt(async () => {
      const answer = await this.api.invoke(renewCertificate, {
        id: certificateId,
        'idempotency-key': crypto.randomUUID(),
      });
      this.actions.welcome(answer);
    });
  }
}
