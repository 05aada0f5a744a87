import { Directive, computed, inject } from '@angular/core';
import { Field } from './field';

/** Gives a native control inside `lockstep-field` its id, its description and its error state. */
@Directive({
  selector: 'input[lockstepControl], textarea[lockstepControl], select[lockstepControl]',
  host: {
    class: 'ls-input',
    '[id]': 'field.controlId()',
    '[attr.aria-describedby]': 'field.describedBy()',
    '[attr.aria-invalid]': 'invalid()',
  },
})
export class Control {
  protected readonly field = inject(Field);
  protected readonly invalid = computed(() => (this.field.error() ? 'true' : null));
}
