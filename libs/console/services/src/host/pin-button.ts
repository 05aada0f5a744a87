import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { Session } from '@lockstep/console-access';
import { Icon } from '@lockstep/console-ui';

/** Whether a service is shown first. Who may not change that sees just that it is. */
@Component({
  selector: 'lockstep-pin-button',
  imports: [Icon, MatIconButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (mayPin()) {
      <button
        matIconButton
        type="button"
        [attr.aria-label]="label()"
        [attr.title]="label()"
        [attr.aria-pressed]="pinned()"
        (click)="toggled.emit()"
      >
        <lockstep-icon name="pin" [size]="15" />
      </button>
    } @else if (pinned()) {
      <span class="shown"><lockstep-icon name="pin" [size]="15" /></span>
      <span class="ls-visually-hidden" i18n>pinned</span>
    }
  `,
  styles: `
    /* Above the link that spans a table's row. */
    :host {
      position: relative;
      z-index: 1;
      display: inline-flex;
      flex: none;
      color: var(--ls-ink-3);
    }
    .shown {
      display: inline-flex;
      padding: 8px;
      color: var(--ls-accent);
    }
    button[aria-pressed='false'] {
      --mat-icon-button-icon-color: var(--ls-line-strong);
    }
    button[aria-pressed='true'] {
      --mat-icon-button-icon-color: var(--ls-accent);
    }
  `,
})
export class PinButton {
  private readonly session = inject(Session);
  readonly service = input.required<string>();
  readonly pinned = input.required<boolean>();
  readonly toggled = output();
  protected readonly mayPin = computed(() => this.session.may('operations.start'));
  protected readonly label = computed(() => $localize`Pin ${this.service()}:SERVICE:`);
}
