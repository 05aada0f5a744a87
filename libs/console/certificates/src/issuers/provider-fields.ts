import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { FormField, type FieldTree } from '@angular/forms/signals';
import { CodeControl, Control, Field, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import { SecretField } from '@lockstep/console-ui/overlays';
import type { Issuer, TsigAlgorithm } from '@lockstep/contract';
import { type IssuerModel, type TextField, type ProviderKind, wirePathOf } from './issuer-model';

/** By whom the record of a DNS challenge is put up: each provider with what it asks for. */
@Component({
  selector: 'lockstep-provider-fields',
  imports: [CodeControl, Control, Field, FormField, SecretField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './provider-fields.html',
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 14px;
    }
    .pair {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
      gap: 12px;
    }
  `,
})
export class ProviderFields {
  readonly form = input.required<FieldTree<IssuerModel>>();
  readonly issuer = input.required<Issuer | null>();
  readonly problem = input.required<ReadableProblem | null>();

  protected readonly providers: readonly { readonly kind: ProviderKind; readonly title: string }[] = [
    { kind: 'rfc2136', title: $localize`DNS update (RFC 2136)` },
    { kind: 'cloudflare', title: $localize`Cloudflare` },
    { kind: 'route53', title: $localize`Amazon Route 53` },
    { kind: 'command', title: $localize`A program of your own` },
  ];
  protected readonly algorithms: readonly TsigAlgorithm[] = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'];

  /** Null where another provider is chosen than the one whose secret is stored. */
  protected setAt(): string | null {
    const acme = this.issuer()?.acme;
    const stored = acme?.challenge.kind === 'dns-01' ? acme.challenge.provider.kind : null;
    return stored === this.form().provider().value() ? (acme?.providerSecretSetAt ?? null) : null;
  }

  protected error(name: TextField): string | undefined {
    return fieldError(this.form()[name](), this.problem(), wirePathOf(name));
  }
}
