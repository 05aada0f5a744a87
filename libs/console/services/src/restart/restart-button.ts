import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { OperationButton } from '@lockstep/console-operations';
import { ServiceRestarts } from './service-restarts';

/** *Restart*, after a question. */
@Component({
  selector: 'lockstep-restart-button',
  imports: [OperationButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-operation-button
      type="service_restart"
      [connectionId]="connectionId()"
      [target]="service()"
      [start]="start"
      icon="refresh"
      [compact]="compact()"
      openLabel="Open the running restart of {{ service() }}"
      i18n-openLabel
    >
      <ng-container i18n>Restart</ng-container>
      @if (compact()) {
        <span class="ls-visually-hidden">{{ service() }}</span>
      }
    </lockstep-operation-button>
  `,
  styles: ':host { display: inline-flex; min-width: 0; }',
})
export class RestartButton {
  private readonly restarts = inject(ServiceRestarts);
  readonly connectionId = input.required<number>();
  readonly connectionName = input.required<string>();
  readonly service = input.required<string>();
  /** For rows: smaller, and not the page's main action. */
  readonly compact = input(false);

  protected readonly start = async (): Promise<void> => {
    const target = {
      connectionId: this.connectionId(),
      connectionName: this.connectionName(),
      service: this.service(),
    };
    if (await this.restarts.ask(target)) await this.restarts.start(target);
  };
}
