import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { CodeControl, Field } from '@lockstep/console-ui';
import { FileText } from '@lockstep/console-ui/overlays';
import { FormField, type FieldTree } from '@angular/forms/signals';

/** A text in PEM, pasted or out of a file. */
@Component({
  selector: 'lockstep-pem-text',
  imports: [CodeControl, Field, FileText, FormField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-field [label]="label()" [hint]="hint()" [error]="error()">
      <textarea lockstepCodeControl rows="6" [placeholder]="placeholder()" [formField]="field()"></textarea>
    </lockstep-field>
    <lockstep-file-text [label]="label()" (read)="field()().value.set($event)" />
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class PemText {
  readonly label = input.required<string>();
  readonly hint = input('');
  readonly placeholder = input('-----BEGIN CERTIFICATE-----');
  readonly error = input<string>();
  readonly field = input.required<FieldTree<string>>();
}
