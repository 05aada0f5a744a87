import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { OperationButton } from '@lockstep/console-operations';
import { ReadinessChecks } from './readiness-checks';

/** *Check readiness*: would a renewal get through? */
@Component({
  selector: 'lockstep-readiness-button',
  imports: [OperationButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-operation-button
      type="certificate_rehearsal"
      [connectionId]="connectionId()"
      [target]="'' + certificateId()"
      [start]="start"
      icon="check"
      [quiet]="true"
      openLabel="Open the running check"
      i18n-openLabel
      i18n
      >Check readiness</lockstep-operation-button
    >
  `,
  styles: ':host { display: inline-flex; min-width: 0; }',
})
export class ReadinessButton {
  private readonly checks = inject(ReadinessChecks);
  readonly certificateId = input.required<number>();
  /** That of its first target. */
  readonly connectionId = input.required<number>();
  protected readonly start = () => this.checks.start(this.certificateId());
}
