import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { Icon } from '../icon/icon';

/** Reads a text file that one chooses. It does not leave the browser by that. */
@Component({
  selector: 'lockstep-file-text',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <label>
      <lockstep-icon name="upload" [size]="14" />
      <ng-container i18n>Read it from a file</ng-container>
      <span class="ls-visually-hidden">{{ label() }}</span>
      <input type="file" class="ls-visually-hidden" (change)="choose($event)" />
    </label>
  `,
  styles: `
    :host {
      align-self: flex-start;
      margin-top: -8px;
    }
    label {
      display: inline-flex;
      position: relative;
      align-items: center;
      gap: 6px;
      color: var(--ls-accent);
      font-size: 13px;
      cursor: pointer;
    }
    label:hover {
      text-decoration: underline;
    }
    label:focus-within {
      border-radius: 3px;
      outline: 2px solid var(--ls-accent);
      outline-offset: 2px;
    }
  `,
})
export class FileText {
  /** The field that it fills, where a form has several. */
  readonly label = input('');
  readonly read = output<string>();

  protected async choose(event: Event): Promise<void> {
    const control = event.target as HTMLInputElement;
    const text = await control.files?.[0]?.text();
    if (text !== undefined) this.read.emit(text);
    control.value = '';
  }
}
