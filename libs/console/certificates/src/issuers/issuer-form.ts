import { ChangeDetectionStrategy, Component, effect, inject, input, output, signal, untracked } from '@angular/core';
import { FormField } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Api, changeIssuer, createIssuer, listConnections } from '@lockstep/console-api';
import {
  CodeControl,
  Control,
  Field,
  Icon,
  ProblemNotice,
  Spinner,
  fieldError,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { IssuerChange, IssuerInput, type Connection, type Issuer, type IssuerKind } from '@lockstep/contract';
import { AcmeFields } from './acme-fields';
import { ChallengeFields } from './challenge-fields';
import { emptyIssuer, modelOf, wirePathOf, type IssuerModel, type TextField } from './issuer-model';
import { issuerForm } from './issuer-rules';
import { toChange, toInput } from './issuer-wire';

/** Makes or changes an issuer: an authority of Lockstep's own, an ACME authority, or one whose requests are carried by hand. */
@Component({
  selector: 'lockstep-issuer-form',
  imports: [
    AcmeFields,
    ChallengeFields,
    CodeControl,
    Control,
    Field,
    FormField,
    Icon,
    MatButton,
    ProblemNotice,
    Spinner,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './issuer-form.html',
  styles: `
    fieldset {
      display: flex;
      flex-direction: column;
      gap: 14px;
      min-width: 0;
      margin: 0;
      padding: 14px 16px 16px;
      border: 1px solid var(--ls-line);
      border-radius: var(--ls-radius-large);
    }
    legend {
      padding: 0 6px;
      margin-left: -6px;
      font-size: 13px;
      font-weight: 550;
    }
    .ls-segments {
      align-self: flex-start;
    }
  `,
})
export class IssuerForm {
  private readonly api = inject(Api);
  /** The issuer to change; null to make one. */
  readonly issuer = input<Issuer | null>(null);
  readonly saved = output<Issuer>();
  readonly cancelled = output();

  protected readonly kinds: readonly { readonly kind: IssuerKind; readonly title: string }[] = [
    { kind: 'acme', title: $localize`ACME` },
    { kind: 'internal', title: $localize`Internal authority` },
    { kind: 'manual', title: $localize`By hand` },
  ];
  protected readonly model = signal<IssuerModel>(emptyIssuer);
  protected readonly form = issuerForm(this.model, this.issuer);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly connections = signal<readonly Connection[]>([]);

  constructor() {
    effect(() => {
      const issuer = this.issuer();
      untracked(() => this.model.set(issuer === null ? emptyIssuer : modelOf(issuer)));
    });
    void this.loadConnections();
  }

  protected error(name: TextField): string | undefined {
    return fieldError(this.form[name](), this.problem(), wirePathOf(name));
  }

  protected save(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      this.saved.emit(await this.send());
    });
  }

  private async send(): Promise<Issuer> {
    const issuer = this.issuer();
    return issuer === null
      ? await this.api.invoke(createIssuer, { body: IssuerInput.parse(toInput(this.model())) })
      : await this.api.invoke(changeIssuer, { id: issuer.id, body: IssuerChange.parse(toChange(this.model())) });
  }

  private async loadConnections(): Promise<void> {
    const page = await this.api.invoke(listConnections, { limit: 500 }).catch(() => null);
    this.connections.set(page?.items ?? []);
  }
}
