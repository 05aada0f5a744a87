import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { EmptyState } from '@lockstep/console-ui';
import { operationErrorCatalogue, type OperationErrorDefinition, type Permission } from '@lockstep/contract';

interface Remedy {
  readonly label: string;
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly needs: Permission;
}

/** Why a host could not be asked for its services, and the one thing to do about it. */
@Component({
  selector: 'lockstep-look-failure',
  imports: [EmptyState, MatButton, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-empty-state [icon]="isQuestion() ? 'key' : 'warning'" [heading]="heading()">
      <span class="ls-break">{{ message() }}</span> {{ advice() }}
      <ng-container next>
        @if (remedy(); as remedy) {
          <a
            matButton="filled"
            [routerLink]="['/connections', connectionId(), ...remedy.path]"
            [queryParams]="remedy.query"
            >{{ remedy.label }}</a
          >
        }
        <button matButton="outlined" type="button" (click)="again.emit()" i18n>Try again</button>
      </ng-container>
    </lockstep-empty-state>
  `,
  styles: `
    :host {
      display: block;
    }
  `,
})
export class LookFailure {
  private readonly session = inject(Session);
  readonly connectionId = input.required<number>();
  readonly failure = input.required<{ readonly code: string; readonly message: string }>();
  readonly again = output();

  private readonly definition = computed(
    (): OperationErrorDefinition | undefined =>
      (operationErrorCatalogue as Readonly<Record<string, OperationErrorDefinition>>)[this.failure().code],
  );
  protected readonly isQuestion = computed(() => this.definition()?.action === 'approve_host_key');
  protected readonly heading = computed(() => this.definition()?.title ?? $localize`The host could not be asked`);
  protected readonly advice = computed(() => this.definition()?.advice ?? '');
  protected readonly message = computed(() => {
    const { message } = this.failure();
    return message === this.heading() || message === this.advice() ? '' : message;
  });
  protected readonly remedy = computed((): Remedy | null => {
    const remedy = remedyFor(this.definition()?.action);
    return remedy !== null && this.session.may(remedy.needs) ? remedy : null;
  });
}

function remedyFor(action: OperationErrorDefinition['action'] | undefined): Remedy | null {
  switch (action) {
    case 'approve_host_key':
      return {
        label: $localize`Look at the host key`,
        path: [],
        query: { approve: 'host-key' },
        needs: 'host_keys.accept',
      };
    case 'edit_credential':
      return {
        label: $localize`Edit the credential`,
        path: ['edit'],
        query: { focus: 'credential' },
        needs: 'connections.manage',
      };
    case 'edit_connection':
      return { label: $localize`Edit the connection`, path: ['edit'], query: {}, needs: 'connections.manage' };
    case 'edit_service_settings':
      return {
        label: $localize`Give the commands`,
        path: ['service-settings'],
        query: {},
        needs: 'connections.manage',
      };
    default:
      return null;
  }
}
