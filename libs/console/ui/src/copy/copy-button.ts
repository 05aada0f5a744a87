import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Announcer } from '../announcer/announcer';
import { Icon } from '../icon/icon';

/** Copies a text; its icon turns into a tick for a moment. */
@Component({
  selector: 'lockstep-copy-button',
  imports: [Icon, MatIconButton, MatTooltip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button matIconButton type="button" [attr.aria-label]="label()" [matTooltip]="label()" (click)="copy()">
      <lockstep-icon [name]="copied() ? 'check' : 'copy'" [size]="15" />
    </button>
  `,
})
export class CopyButton {
  private readonly clipboard = inject(Clipboard);
  private readonly announcer = inject(Announcer);
  readonly text = input.required<string>();
  /** What the button is called, for example «Copy fingerprint». */
  readonly label = input.required<string>();
  protected readonly copied = signal(false);

  protected copy(): void {
    if (!this.clipboard.copy(this.text())) return;
    this.announcer.say($localize`Copied`);
    this.copied.set(true);
    setTimeout(() => this.copied.set(false), 1_500);
  }
}
