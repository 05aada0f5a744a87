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
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, getIssuer } from '@lockstep/console-api';
import { Icon, PageHeader, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { RelativeTime, UnloadedPage } from '@lockstep/console-ui/overlays';
import type { Issuer } from '@lockstep/contract';
import { issuerTitle, proofWords } from './issuer-words';
import { RootButton } from './root-button';

/** One issuer: what it is, how names are proved to it, and how our account with it stands. */
@Component({
  selector: 'lockstep-issuer-page',
  imports: [Icon, MatButton, PageHeader, RelativeTime, RootButton, RouterLink, UnloadedPage],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './issuer-page.html',
})
export class IssuerPage {
  private readonly api = inject(Api);
  readonly id = input.required({ transform: numberAttribute });
  protected readonly issuer = signal<Issuer | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly issuerTitle = issuerTitle;
  protected readonly proofWords = proofWords;

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => void this.load(id));
    });
  }

  protected async load(id: number): Promise<void> {
    try {
      this.issuer.set(await this.api.invoke(getIssuer, { id }));
      this.problem.set(null);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
