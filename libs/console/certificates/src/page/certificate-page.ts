import { DOCUMENT } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  numberAttribute,
  signal,
  untracked,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import {
  Api,
  deleteCertificate,
  getCertificate,
  getCertificateChain,
  listCertificateVersions,
} from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import { Clock, EmptyState, Icon, PageHeader, Spinner, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { Confirm } from '@lockstep/console-ui/overlays';
import type { Certificate, CertificateVersion } from '@lockstep/contract';
import { CertificateBadge } from '../words/certificate-badge';
import { problemsOf, renewalSentence } from '../words/renewal-sentence';
import { CertificateFactsCard } from './certificate-facts';
import { TargetsCard } from './targets-card';
import { VersionsCard } from './versions-card';

/** One certificate: how it stands and why, where it is, what was issued. */
@Component({
  selector: 'lockstep-certificate-page',
  imports: [
    CertificateBadge,
    CertificateFactsCard,
    EmptyState,
    Icon,
    MatButton,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    PageHeader,
    RouterLink,
    Spinner,
    TargetsCard,
    VersionsCard,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './certificate-page.html',
  styleUrl: './certificate-page.scss',
})
export class CertificatePage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly clock = inject(Clock);
  private readonly confirm = inject(Confirm);
  private readonly title = inject(Title);
  private readonly document = inject(DOCUMENT);
  private readonly actions = inject(OperationActions);

  readonly id = input.required({ transform: numberAttribute });

  protected readonly certificate = signal<Certificate | null>(null);
  protected readonly versions = signal<readonly CertificateVersion[]>([]);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly mayManage = computed(() => this.session.may('certificates.manage'));
  protected readonly sentence = computed(() => {
    const certificate = this.certificate();
    return certificate === null ? '' : renewalSentence(certificate, this.clock.now());
  });
  protected readonly problems = computed(() => {
    const certificate = this.certificate();
    return certificate === null ? [] : problemsOf(certificate);
  });

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => void this.load(id));
    });
    effect(() => {
      const certificate = this.certificate();
      if (certificate !== null) this.title.setTitle(`${certificate.name} · Lockstep`);
    });
  }

  protected async load(id: number): Promise<void> {
    this.certificate.set(null);
    this.problem.set(null);
    await this.refresh(id);
  }

  protected async download(certificate: Certificate): Promise<void> {
    await this.actions.attempt(async () => {
      // The generated client calls a text what it asks for as a blob.
      const chain = await this.api.invoke(getCertificateChain, { id: certificate.id });
      const address = URL.createObjectURL(new Blob([chain], { type: 'application/pem-certificate-chain' }));
      const link = this.document.createElement('a');
      link.href = address;
      link.download = `${certificate.name.replaceAll(/[^\w.-]+/g, '-')}.pem`;
      link.click();
      URL.revokeObjectURL(address);
    });
  }

  protected async remove(certificate: Certificate): Promise<void> {
    const agreed = await this.confirm.ask({
      heading: $localize`Forget ${certificate.name}:NAME:?`,
      paragraphs: [
        $localize`Its versions and private keys are removed from Lockstep and cannot be brought back, and nothing renews it any more.`,
        $localize`The files on its hosts stay, and its servers go on serving them.`,
      ],
      action: $localize`Forget certificate`,
      danger: true,
    });
    if (!agreed) return;
    const isDone = await this.actions.attempt(
      async () => void (await this.api.invoke(deleteCertificate, { id: certificate.id })),
    );
    if (isDone) await this.router.navigate(['/certificates']);
  }

  private async refresh(id: number): Promise<void> {
    try {
      const [certificate, { items }] = await Promise.all([
        this.api.invoke(getCertificate, { id }),
        this.api.invoke(listCertificateVersions, { id }),
      ]);
      if (id !== this.id()) return;
      this.certificate.set(certificate);
      this.versions.set(items);
    } catch (error) {
      if (id === this.id()) this.problem.set(readProblem(error));
    }
  }
}
