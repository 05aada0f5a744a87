import {
  ChangeDetectionStrategy,
  Component,
  effect,
  inject,
  input,
  numberAttribute,
  signal,
  untracked,
} from '@angular/core';
import { Router } from '@angular/router';
import { Api, getCertificate } from '@lockstep/console-api';
import { PageHeader, ProblemNotice, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Certificate } from '@lockstep/contract';
import { CertificateForm } from './certificate-form';

/** The form on a page of its own, to change a certificate. */
@Component({
  selector: 'lockstep-edit-certificate-page',
  imports: [CertificateForm, PageHeader, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-page ls-page--narrow">
      <lockstep-page-header
        heading="Edit certificate"
        i18n-heading
        [backLink]="['/certificates', id().toString()]"
        [backLabel]="certificate()?.name ?? ''"
      />
      @if (problem(); as problem) {
        <lockstep-problem-notice [problem]="problem" />
      }
      @if (certificate(); as certificate) {
        <div class="ls-card ls-card__body">
          <lockstep-certificate-form [certificate]="certificate" (saved)="leave()" (cancelled)="leave()" />
        </div>
      }
    </div>
  `,
})
export class EditCertificatePage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  readonly id = input.required({ transform: numberAttribute });
  protected readonly certificate = signal<Certificate | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => void this.load(id));
    });
  }

  protected leave(): void {
    void this.router.navigate(['/certificates', this.id()]);
  }

  private async load(id: number): Promise<void> {
    try {
      this.certificate.set(await this.api.invoke(getCertificate, { id }));
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
