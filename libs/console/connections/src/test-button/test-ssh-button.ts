import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { OperationButton } from '@lockstep/console-operations';
import { ConnectionTests } from './connection-tests';

/** *Test SSH*. */
@Component({
  selector: 'lockstep-test-ssh-button',
  imports: [OperationButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-operation-button
      type="ssh_test"
      [connectionId]="connectionId()"
      [start]="start"
      icon="terminal"
      [quiet]="quiet()"
      openLabel="Open the running test"
      i18n-openLabel
      i18n
      >Test SSH</lockstep-operation-button
    >
  `,
  styles: ':host { display: inline-flex; min-width: 0; }',
})
export class TestSshButton {
  private readonly tests = inject(ConnectionTests);
  readonly connectionId = input.required<number>();
  /** Where something else comes first. */
  readonly quiet = input(false);
  protected readonly start = () => this.tests.start(this.connectionId());
}
