import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, deleteIssuer, listIssuers } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import { Icon, ProblemNotice, Spinner, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { Confirm } from '@lockstep/console-ui/overlays';
import type { Issuer } from '@lockstep/contract';
import { issuerTitle, proofWords } from './issuer-words';
import { RootButton } from './root-button';

/** Who can sign certificates. One is there from the start. */
@Component({
  selector: 'lockstep-issuers-page',
  imports: [
    Icon,
    MatButton,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    ProblemNotice,
    RootButton,
    RouterLink,
    Spinner,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './issuers-page.html',
  styleUrl: './issuers-page.scss',
})
export class IssuersPage {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly actions = inject(OperationActions);
  private readonly session = inject(Session);
  protected readonly issuers = signal<readonly Issuer[] | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly issuerTitle = issuerTitle;
  protected readonly proofWords = proofWords;
  protected readonly mayManage = computed(() => this.session.may('certificates.manage'));

  constructor() {
    void this.load();
  }

  protected moreLabel(issuer: Issuer): string {
    return $localize`More for ${issuer.name}:NAME:`;
  }

  protected async remove(issuer: Issuer): Promise<void> {
    const agreed = await this.confirm.ask({
      heading: $localize`Remove ${issuer.name}:NAME:?`,
      paragraphs: [
        $localize`Its keys, secrets and accounts are removed from Lockstep and cannot be brought back.`,
        $localize`What it signed stays valid until it expires.`,
      ],
      action: $localize`Remove issuer`,
      danger: true,
    });
    if (!agreed) return;
    await this.actions.attempt(async () => void (await this.api.invoke(deleteIssuer, { id: issuer.id })));
    await this.load();
  }

  protected async load(): Promise<void> {
    try {
      this.issuers.set((await this.api.invoke(listIssuers)).items);
      this.problem.set(null);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
