import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

/** A sentence; the fingerprints in it are set in the fixed-width font, so that one can compare them. */
@Component({
  selector: 'lockstep-with-fingerprints',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `@for (part of parts(); track $index) {
    <span [class.ls-mono]="$odd">{{ part }}</span>
  }`,
  styles: `
    :host {
      overflow-wrap: anywhere;
    }
  `,
})
export class WithFingerprints {
  readonly text = input.required<string>();
  /** Every second part is a fingerprint. */
  protected readonly parts = computed(() => this.text().split(/(SHA256:[A-Za-z0-9+/]{43})/));
}
