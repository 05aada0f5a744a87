import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Api, getIssuerRoot } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import { Icon } from '@lockstep/console-ui';
import type { Issuer } from '@lockstep/contract';
import { savePem } from '../words/save-file';

/** Downloads the root of the built-in authority, for clients to trust. It is made when it is first asked for. */
@Component({
  selector: 'lockstep-root-button',
  imports: [Icon, MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button matButton="outlined" type="button" (click)="download()">
      <lockstep-icon name="download" [size]="15" /><ng-container i18n
        >Root <span class="ls-visually-hidden">of {{ issuer().name }}</span></ng-container
      >
    </button>
  `,
})
export class RootButton {
  private readonly api = inject(Api);
  private readonly actions = inject(OperationActions);
  private readonly document = inject(DOCUMENT);
  readonly issuer = input.required<Issuer>();

  protected async download(): Promise<void> {
    const { id, name } = this.issuer();
    await this.actions.attempt(async () => {
      savePem(this.document, await this.api.invoke(getIssuerRoot, { id }), `${name} root`);
    });
  }
}
