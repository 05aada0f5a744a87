import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { FormField, type FieldTree } from '@angular/forms/signals';
import { CodeControl, Control, Field, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import { CopyButton } from '@lockstep/console-ui/overlays';
import type { Connection, Issuer } from '@lockstep/contract';
import { type IssuerModel, type TextField, type ProofKind, wirePathOf } from './issuer-model';
import { ProviderFields } from './provider-fields';

const challengePath = '/.well-known/acme-challenge/';

/** How an ACME authority sees that a name is ours. */
@Component({
  selector: 'lockstep-challenge-fields',
  imports: [CodeControl, Control, CopyButton, Field, FormField, ProviderFields],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './challenge-fields.html',
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 14px;
    }
    .ls-segments {
      align-self: flex-start;
    }
    figcaption {
      display: flex;
      align-items: center;
      justify-content: space-between;
    }
    pre {
      padding: 10px 12px;
      border: 1px solid var(--ls-line);
      border-radius: var(--ls-radius);
      font-size: 12.5px;
      overflow: auto;
    }
  `,
})
export class ChallengeFields {
  private readonly document = inject(DOCUMENT);
  readonly form = input.required<FieldTree<IssuerModel>>();
  readonly issuer = input.required<Issuer | null>();
  readonly connections = input.required<readonly Connection[]>();
  readonly problem = input.required<ReadableProblem | null>();

  protected readonly proofs: readonly { readonly kind: ProofKind; readonly title: string }[] = [
    { kind: 'host', title: $localize`File on the host` },
    { kind: 'lockstep', title: $localize`Answered by Lockstep` },
    { kind: 'dns', title: $localize`DNS record` },
  ];

  /** What leads the authority to the proof; null where nothing needs to. */
  protected readonly snippet = computed(() => {
    const way = this.wayOf(this.form().proof().value());
    return way === null ? null : `location ${challengePath} {\n    ${way}\n}`;
  });

  protected error(name: TextField): string | undefined {
    return fieldError(this.form()[name](), this.problem(), wirePathOf(name));
  }

  private wayOf(proof: ProofKind): string | null {
    switch (proof) {
      case 'host':
        return `root ${this.form().folder().value().trim() || '/var/www/acme'};`;
      case 'lockstep':
        return `proxy_pass ${this.document.location.origin};\n    proxy_set_header Host $host;`;
      case 'dns':
        return null;
    }
  }
}
