import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { FormField } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Api, bringCertificate, getCertificateRequest } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import { Icon, ProblemNotice, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { Certificate, Operation } from '@lockstep/contract';
import { saveRequest } from '../words/save-file';
import { broughtForm, emptyBrought } from './brought-model';
import { PemText } from './pem-text';

/** A renewal that waits for its certificate: the request to carry out, and the place for what comes back. */
@Component({
  selector: 'lockstep-signed-by-hand-card',
  imports: [FormField, Icon, MatButton, PemText, ProblemNotice, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="by-hand-title">
      <div class="ls-card__head">
        <h2 id="by-hand-title" class="ls-row">
          <lockstep-icon name="waiting" class="waiting" /><ng-container i18n
            >Waits for the signed certificate</ng-container
          >
        </h2>
      </div>
      <div class="ls-card__body ls-stack">
        <p class="ls-small ls-secondary" i18n>
          Have the request signed by your authority, and bring what comes back. It is checked against key and names, and
          the renewal goes on by itself. It gives up
          <lockstep-relative-time [at]="operation().notBefore ?? operation().startedAt" />.
        </p>
        <div>
          <button matButton="outlined" type="button" (click)="download()">
            <lockstep-icon name="download" [size]="15" /><ng-container i18n>Download request</ng-container>
          </button>
        </div>
        @if (mayManage()) {
          <form class="ls-form" novalidate (submit)="bring($event)">
            @if (problem(); as problem) {
              <lockstep-problem-notice [problem]="problem" />
            }
            <lockstep-pem-text
              label="Signed certificate"
              i18n-label
              hint="With its chain, in any order, as PEM or PKCS#7."
              i18n-hint
              [error]="error()"
              [field]="form.certificate"
            />
            <label class="ls-row">
              <input type="checkbox" [formField]="form.allowUnknownAuthority" />
              <span i18n>Its clients trust this authority, although it is not a well-known one</span>
            </label>
            <div>
              <button matButton="filled" type="submit" i18n>Bring certificate</button>
            </div>
          </form>
        }
      </div>
    </section>
  `,
  styles: `
    .waiting {
      color: var(--ls-waiting);
    }
  `,
})
export class SignedByHandCard {
  private readonly api = inject(Api);
  private readonly document = inject(DOCUMENT);
  private readonly actions = inject(OperationActions);
  readonly certificate = input.required<Certificate>();
  /** The renewal that waits. */
  readonly operation = input.required<Operation>();
  readonly mayManage = input.required<boolean>();
  readonly brought = output();
  private readonly model = signal(emptyBrought);
  protected readonly form = broughtForm(this.model);
  protected readonly problem = signal<ReadableProblem | null>(null);

  protected readonly error = computed(() => fieldError(this.form.certificate(), this.problem(), 'certificate'));

  protected async download(): Promise<void> {
    const { id, name } = this.certificate();
    await this.actions.attempt(async () => {
      saveRequest(this.document, await this.api.invoke(getCertificateRequest, { id }), name);
    });
  }

  protected bring(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      await this.api.invoke(bringCertificate, { id: this.certificate().id, body: this.model() });
      this.model.set(emptyBrought);
      this.brought.emit();
    });
  }
}
