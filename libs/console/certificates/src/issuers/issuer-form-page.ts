import { ChangeDetectionStrategy, Component, effect, inject, input, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Api, getIssuer } from '@lockstep/console-api';
import { PageHeader, ProblemNotice, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Issuer } from '@lockstep/contract';
import { IssuerForm } from './issuer-form';

/** The form on a page of its own: to add an issuer, or with an id to change one. */
@Component({
  selector: 'lockstep-issuer-form-page',
  imports: [IssuerForm, PageHeader, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-page ls-page--narrow">
      @if (id() === undefined) {
        <lockstep-page-header
          heading="Add issuer"
          i18n-heading
          backLink="/settings/issuers"
          backLabel="Issuers"
          i18n-backLabel
        />
      } @else {
        <lockstep-page-header
          heading="Edit issuer"
          i18n-heading
          [backLink]="['/settings/issuers', id()!]"
          [backLabel]="issuer()?.name ?? ''"
        />
      }
      @if (problem(); as problem) {
        <lockstep-problem-notice [problem]="problem" />
      }
      @if (id() === undefined || issuer()) {
        <div class="ls-card ls-card__body">
          <lockstep-issuer-form [issuer]="issuer()" (saved)="open($event)" (cancelled)="leave()" />
        </div>
      }
    </div>
  `,
})
export class IssuerFormPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  readonly id = input<string>();
  protected readonly issuer = signal<Issuer | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);

  constructor() {
    effect(() => {
      const id = this.id();
      if (id !== undefined) untracked(() => void this.load(Number(id)));
    });
  }

  protected open({ id }: Issuer): void {
    void this.router.navigate(['/settings/issuers', id]);
  }

  protected leave(): void {
    void this.router.navigate(this.id() === undefined ? ['/settings/issuers'] : ['/settings/issuers', this.id()]);
  }

  private async load(id: number): Promise<void> {
    try {
      this.issuer.set(await this.api.invoke(getIssuer, { id }));
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
