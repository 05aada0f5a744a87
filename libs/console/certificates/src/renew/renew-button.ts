import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Api, renewCertificate } from '@lockstep/console-api';
import { OperationActions, OperationButton } from '@lockstep/console-operations';

/** *Renew*, with the percentage while it runs. */
@Component({
  selector: 'lockstep-renew-button',
  imports: [OperationButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-operation-button
      type="certificate_renewal"
      [connectionId]="connectionId()"
      [target]="'' + certificateId()"
      [start]="start"
      icon="refresh"
      [percentage]="true"
      openLabel="Open the running renewal"
      i18n-openLabel
      i18n
      >Renew</lockstep-operation-button
    >
  `,
  styles: ':host { display: inline-flex; min-width: 0; }',
})
export class RenewButton {
  private readonly api = inject(Api);
  private readonly actions = inject(OperationActions);
  readonly certificateId = input.required<number>();
  /** That of its first target, to which the renewal belongs. */
  readonly connectionId = input.required<number>();
  protected readonly start = () =>
    this.actions.start(() =>
      this.api.invoke(renewCertificate, { id: this.certificateId(), 'idempotency-key': crypto.randomUUID() }),
    );
}
