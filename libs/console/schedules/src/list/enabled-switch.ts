import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';

/** On or off, at once. */
@Component({
  selector: 'lockstep-enabled-switch',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button
      type="button"
      role="switch"
      [attr.aria-checked]="on()"
      [attr.aria-label]="label()"
      [disabled]="disabled()"
      (click)="toggled.emit(!on())"
    >
      <span></span>
    </button>
  `,
  styles: `
    :host {
      display: inline-flex;
    }
    button {
      display: flex;
      width: 34px;
      height: 20px;
      padding: 2px;
      border: 1px solid var(--ls-line-strong);
      border-radius: 10px;
      background: var(--ls-sunken);
      cursor: pointer;
    }
    button:disabled {
      cursor: default;
      opacity: 0.55;
    }
    span {
      width: 14px;
      height: 14px;
      border-radius: 50%;
      background: var(--ls-ink-3);
      transition: transform 120ms;
    }
    button[aria-checked='true'] {
      border-color: var(--ls-accent);
      background: var(--ls-accent);
    }
    button[aria-checked='true'] span {
      background: var(--ls-on-accent);
      transform: translateX(14px);
    }
    @media (prefers-reduced-motion: reduce) {
      span {
        transition: none;
      }
    }
  `,
})
export class EnabledSwitch {
  readonly on = input.required<boolean>();
  readonly label = input.required<string>();
  readonly disabled = input(false);
  readonly toggled = output<boolean>();
}
