import { Directive, ElementRef, afterNextRender, inject } from '@angular/core';

/** Puts the focus into the first field that one can fill in, where a page is one form and nothing else. */
@Directive({ selector: 'form[lockstepFocusFirst]' })
export class FocusFirst {
  constructor() {
    const { nativeElement } = inject<ElementRef<HTMLElement>>(ElementRef);
    afterNextRender(() => nativeElement.querySelector<HTMLElement>('input:enabled:not([readonly])')?.focus());
  }
}
