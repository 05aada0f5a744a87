import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { CodeControl, Field } from '@lockstep/console-ui';
import { FormField, type FieldTree } from '@angular/forms/signals';
import { readChosen } from './brought-model';

/** A text in PEM, pasted or out of a file. */
@Component({
  selector: 'lockstep-pem-text',
  imports: [CodeControl, Field, FormField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-field [label]="label()" [hint]="hint()" [error]="error()">
      <textarea lockstepCodeControl rows="6" [placeholder]="placeholder()" [formField]="field()"></textarea>
    </lockstep-field>
    <label class="file ls-small">
      <ng-container i18n>Or choose a file:</ng-container>
      <input type="file" [attr.aria-label]="fileLabel(label())" (change)="choose($any($event.target))" />
    </label>
  `,
  styles: `
    :host {
      display: grid;
      gap: 6px;
    }
    .file {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px;
      color: var(--ls-ink-3);
      input {
        max-width: 100%;
      }
    }
  `,
})
export class PemText {
  readonly label = input.required<string>();
  readonly hint = input('');
  readonly placeholder = input('-----BEGIN CERTIFICATE-----');
  readonly error = input<string>();
  readonly field = input.required<FieldTree<string>>();

  protected readonly fileLabel = (label: string) => $localize`File for ${label}:FIELD:`;

  protected async choose(input: HTMLInputElement): Promise<void> {
    const text = await readChosen(input);
    if (text !== '') this.field()().value.set(text);
  }
}
