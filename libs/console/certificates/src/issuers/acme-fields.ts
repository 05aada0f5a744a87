import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { FormField, type FieldTree } from '@angular/forms/signals';
import { CodeControl, Control, Field, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import { SecretField } from '@lockstep/console-ui/overlays';
import type { Issuer } from '@lockstep/contract';
import { authorities, authorityOf, type Authority } from './authorities';
import { type IssuerModel, type TextField, wirePathOf } from './issuer-model';

/** Which ACME authority, and the account with it. */
@Component({
  selector: 'lockstep-acme-fields',
  imports: [CodeControl, Control, Field, FormField, SecretField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './acme-fields.html',
  styleUrl: './acme-fields.scss',
})
export class AcmeFields {
  readonly form = input.required<FieldTree<IssuerModel>>();
  readonly issuer = input.required<Issuer | null>();
  readonly problem = input.required<ReadableProblem | null>();

  protected readonly words = {
    directory: $localize`Where the authority tells what it offers (RFC 8555).`,
    fixed: $localize`Another authority is another issuer.`,
  };
  protected readonly authorities = authorities;
  protected readonly authority = computed(() => authorityOf(this.form().directoryUrl().value()));
  /** Null where another key id is named than the one whose key is stored. */
  protected readonly eabSetAt = computed(() => {
    const acme = this.issuer()?.acme;
    return acme && acme.eab?.kid === this.form().eabKid().value() ? acme.eabKeySetAt : null;
  });

  /** A name that one typed stays. */
  protected choose({ title, directoryUrl, stagingDirectoryUrl }: Authority): void {
    const form = this.form();
    form.directoryUrl().value.set(directoryUrl);
    form.stagingDirectoryUrl().value.set(stagingDirectoryUrl ?? '');
    const name = form.name().value();
    if (name === '' || authorities.some((each) => each.title === name)) form.name().value.set(title);
  }

  protected error(name: TextField | 'agreed'): string | undefined {
    return fieldError(this.form()[name](), this.problem(), wirePathOf(name));
  }
}
