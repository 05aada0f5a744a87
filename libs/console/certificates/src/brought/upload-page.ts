import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { Api, createUploadedCertificate, getCertificate, uploadCertificateVersion } from '@lockstep/console-api';
import {
  Control,
  Field,
  PageHeader,
  ProblemNotice,
  fieldError,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { SecretField } from '@lockstep/console-ui/overlays';
import type { Certificate } from '@lockstep/contract';
import { PemText } from './pem-text';

const empty = { name: '', certificate: '', privateKey: '', passphrase: '', allowUnknownAuthority: false };

/** A certificate that is made elsewhere, with its key: a new one, or the next version of one that is there. */
@Component({
  selector: 'lockstep-upload-page',
  imports: [Control, Field, FormField, MatButton, PageHeader, PemText, ProblemNotice, RouterLink, SecretField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './upload-page.html',
})
export class UploadPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  /** The certificate that gets its next version; none: a new one. */
  readonly id = input<string>();
  protected readonly certificate = signal<Certificate | null>(null);
  protected readonly back = computed(() => (this.id() === undefined ? '/certificates' : `/certificates/${this.id()}`));
  protected readonly words = { certificates: $localize`Certificates` };
  protected readonly model = signal(empty);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly form = form(this.model, (path) => {
    required(path.name, {
      when: () => this.id() === undefined,
      message: $localize`Give the certificate a name.`,
    });
    required(path.certificate, { message: $localize`Paste the certificate, or choose its file.` });
    required(path.privateKey, { message: $localize`Paste its private key, or choose its file.` });
  });

  constructor() {
    effect(() => {
      const id = this.id();
      if (id !== undefined) untracked(() => void this.load(Number(id)));
    });
  }

  protected error(name: 'name' | 'certificate' | 'privateKey'): string | undefined {
    return fieldError(this.form[name](), this.problem(), name);
  }

  protected upload(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      const { id } = await this.send();
      await this.router.navigate(['/certificates', id, ...(this.id() === undefined ? ['edit'] : [])]);
    });
  }

  private async send(): Promise<Certificate> {
    const { name, passphrase, ...rest } = this.model();
    const body = { ...rest, ...(passphrase === '' ? {} : { passphrase }) };
    const id = this.id();
    return id === undefined
      ? await this.api.invoke(createUploadedCertificate, { body: { name, ...body } })
      : await this.api.invoke(uploadCertificateVersion, { id: Number(id), body });
  }

  private async load(id: number): Promise<void> {
    try {
      this.certificate.set(await this.api.invoke(getCertificate, { id }));
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
