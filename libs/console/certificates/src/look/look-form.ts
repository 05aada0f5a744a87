import { ChangeDetectionStrategy, Component, effect, input, output, signal, untracked } from '@angular/core';
import { FormField, submit } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { CodeControl, Field, Icon, Spinner, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import { addressForm, emptyAddress, readAddress, type AddressModel } from './address-model';

/** Asks where to look. A pasted `host:port` or URL fills both fields. */
@Component({
  selector: 'lockstep-look-form',
  imports: [CodeControl, Field, FormField, Icon, MatButton, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <form class="address" novalidate (submit)="look($event)">
      <lockstep-field label="Host" i18n-label [error]="error('host')">
        <input lockstepCodeControl placeholder="shop.example.net" [formField]="form.host" (change)="takeApart()" />
      </lockstep-field>
      <lockstep-field label="Port" i18n-label [error]="error('port')">
        <input lockstepCodeControl inputmode="numeric" [formField]="form.port" />
      </lockstep-field>
      <lockstep-field
        label="Server name"
        i18n-label
        [optional]="true"
        hint="The name that is asked for, where it is not the host’s."
        i18n-hint
        [error]="error('serverName')"
      >
        <input lockstepCodeControl [formField]="form.serverName" />
      </lockstep-field>
      <button matButton="filled" type="submit" [disabled]="looking()" (mousedown)="$event.preventDefault()">
        @if (looking()) {
          <lockstep-spinner [size]="14" />
        } @else {
          <lockstep-icon name="search" [size]="15" />
        }
        <ng-container i18n>Look</ng-container>
      </button>
    </form>
  `,
  styles: `
    .address {
      display: grid;
      grid-template-columns: minmax(180px, 1.5fr) 92px minmax(160px, 1fr) auto;
      align-items: start;
      gap: 12px;
    }
    button {
      margin-top: 25px;
    }
    @media (width < 720px) {
      .address {
        grid-template-columns: minmax(0, 1fr) 92px;
      }
      .address > :nth-child(n + 3) {
        grid-column: 1 / -1;
      }
      button {
        margin-top: 0;
        justify-self: start;
      }
    }
  `,
})
export class LookForm {
  /** What the fields begin with. */
  readonly address = input<AddressModel>(emptyAddress);
  readonly looking = input(false);
  readonly problem = input<ReadableProblem | null>(null);
  readonly asked = output<AddressModel>();
  protected readonly model = signal<AddressModel>(emptyAddress);
  protected readonly form = addressForm(this.model);

  constructor() {
    effect(() => {
      const address = this.address();
      untracked(() => this.model.set(address));
    });
  }

  protected error(name: keyof AddressModel): string | undefined {
    return fieldError(this.form[name](), this.problem(), name);
  }

  protected takeApart(): void {
    this.model.update((model) => ({ ...model, ...readAddress(model.host) }));
  }

  protected look(event: Event): void {
    event.preventDefault();
    this.takeApart();
    void submit(this.form, {
      action: async () => {
        this.asked.emit(this.model());
        return await Promise.resolve(undefined);
      },
      onInvalid: () => this.form().errorSummary()[0]?.fieldTree().focusBoundControl(),
    });
  }
}
