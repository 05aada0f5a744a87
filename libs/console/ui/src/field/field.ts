import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

let counter = 0;

/** The words around one control: its label above, a hint or the error below. Ties them together for assistive technology. */
@Component({
  selector: 'lockstep-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <label [attr.for]="controlId()">
      {{ label() }}
      @if (optional()) {
        <span class="ls-muted" i18n>(optional)</span>
      }
    </label>
    <ng-content />
    @if (error(); as words) {
      <p class="error" [id]="controlId() + '-error'">{{ words }}</p>
    } @else if (hint()) {
      <p class="hint" [id]="controlId() + '-hint'">{{ hint() }}</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 5px;
      min-width: 0;
    }
    label {
      font-size: 13px;
      font-weight: 550;
    }
    label span {
      font-weight: 400;
    }
    p {
      font-size: 12.5px;
      line-height: 18px;
    }
    .hint {
      color: var(--ls-ink-3);
    }
    .error {
      color: var(--ls-failed);
    }
  `,
})
export class Field {
  readonly label = input.required<string>();
  readonly hint = input('');
  readonly error = input<string>();
  readonly optional = input(false);
  readonly controlId = input(`field-${++counter}`);
  /** For the control's `aria-describedby`. */
  readonly describedBy = computed(() =>
    this.error() ? `${this.controlId()}-error` : this.hint() ? `${this.controlId()}-hint` : null,
  );
}
