import { ChangeDetectionStrategy, Component, input, signal } from '@angular/core';
import { FormField, type FieldTree } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Icon } from '../icon/icon';
import { RelativeTime } from '../time/relative-time';
import { Control } from './control';
import { Field } from './field';

/**
 * A secret that is only ever written. One that is stored is told by when it was set; its control appears when one asks to
 * replace it. `new-password`: browsers fill passwords of theirs into whatever says `off`.
 */
@Component({
  selector: 'lockstep-secret-field',
  imports: [Control, Field, FormField, Icon, MatButton, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (setAt() !== null && !isReplacing()) {
      <p class="label">{{ label() }}</p>
      <div class="kept">
        <lockstep-icon name="lock" />
        <span class="ls-secondary ls-small" i18n
          >Set <lockstep-relative-time [at]="setAt()!" />. It is never shown again.</span
        >
        <button matButton="outlined" type="button" (click)="isReplacing.set(true)">
          <ng-container i18n>Replace</ng-container><span class="ls-visually-hidden">{{ label() }}</span>
        </button>
      </div>
    } @else {
      <lockstep-field [label]="label()" [hint]="hint()" [optional]="optional()" [error]="error()">
        <input
          lockstepControl
          type="password"
          class="ls-mono"
          autocomplete="new-password"
          [placeholder]="placeholder()"
          [formField]="field()"
        />
      </lockstep-field>
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
  readonly field = input.required<FieldTree<string>>();
  readonly hint = input('');
  readonly placeholder = input('');
  readonly error = input<string>();
  readonly optional = input(false);
  /** Null: none is stored, or what is stored is kept by leaving this empty. */
  readonly setAt = input<string | null>(null);
  protected readonly isReplacing = signal(false);
}
