import { ChangeDetectionStrategy, Component, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Icon } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';

/** A secret that is stored is told by when it was set; its control appears when one asks to replace it. */
@Component({
  selector: 'lockstep-secret-field',
  imports: [Icon, MatButton, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (setAt() !== null && !isReplacing()) {
      <p class="label">{{ label() }}</p>
      <div class="kept">
        <lockstep-icon name="lock" />
        <span class="ls-secondary ls-small" i18n
          >Set <lockstep-relative-time [at]="setAt()!" />. It is never shown again.</span
        >
        <button
          matButton="outlined"
          type="button"
          [attr.aria-label]="replaceLabel()"
          (click)="isReplacing.set(true)"
          i18n
        >
          Replace
        </button>
      </div>
    } @else {
      <ng-content />
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 5px;
      min-width: 0;
    }
    .label {
      font-size: 13px;
      font-weight: 550;
    }
    .kept {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 10px;
    }
  `,
})
export class SecretField {
  readonly label = input.required<string>();
  /** Null: none is stored. */
  readonly setAt = input.required<string | null>();
  protected readonly isReplacing = signal(false);
  protected readonly replaceLabel = () => $localize`Replace ${this.label()}:SECRET:`;
}
