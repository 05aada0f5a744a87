import { Directive } from '@angular/core';
import { Control } from './control';

/** A control for what machines read, as addresses, paths and keys: nothing fills it in, corrects it or marks it as misspelt. */
@Directive({
  selector: 'input[lockstepCodeControl], textarea[lockstepCodeControl]',
  hostDirectives: [Control],
  host: { class: 'ls-mono', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' },
})
export class CodeControl {}
