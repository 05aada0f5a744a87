import { DOCUMENT } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  Injector,
  computed,
  effect,
  inject,
  input,
  numberAttribute,
  signal,
  untracked,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
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
  listOperations,
} from '@lockstep/console-api';
import { FailureCard, OperationActions, OperationsStore, waitsForSigned } from '@lockstep/console-operations';
import { Clock, Icon, OneRead, PageHeader, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { Confirm, UnloadedPage } from '@lockstep/console-ui/overlays';
import type { Certificate, CertificateVersion, Operation } from '@lockstep/contract';
import { filter, merge } from 'rxjs';
import { ReadinessButton } from '../readiness/readiness-button';
import { ReadinessCard } from '../readiness/readiness-card';
import { SignedByHandCard } from '../brought/signed-by-hand-card';
import { renewedBy } from '../renew/renewal-of';
import { RenewButton } from '../renew/renew-button';
import { RenewalsCard } from '../renew/renewals-card';
import { CertificateBadge } from '../words/certificate-badge';
import { namesInShort } from '../words/names-in-short';
import { problemsOf, renewalSentence } from '../words/renewal-sentence';
import { savePem } from '../words/save-file';
import { CertificateFactsCard } from './certificate-facts';
import { TargetsCard } from './targets-card';
import { VersionsCard } from './versions-card';

/** One certificate: how it stands and why, where it is, what was issued. */
@Component({
  selector: 'lockstep-certificate-page',
  imports: [
    CertificateBadge,
    CertificateFactsCard,
    FailureCard,
    Icon,
    MatButton,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    PageHeader,
    ReadinessButton,
    ReadinessCard,
    RenewButton,
    RenewalsCard,
    RouterLink,
    SignedByHandCard,
    TargetsCard,
    UnloadedPage,
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
  private readonly store = inject(OperationsStore);
  protected readonly actions = inject(OperationActions);

  readonly id = input.required({ transform: numberAttribute });

  protected readonly certificate = signal<Certificate | null>(null);
  protected readonly versions = signal<readonly CertificateVersion[]>([]);
  protected readonly problem = signal<ReadableProblem | null>(null);
  private readonly recent = signal<readonly Operation[]>([]);
  private readonly reading = new OneRead(() => this.read());
  /** The connection that its renewals belong to: that of its first target. */
  protected readonly connectionId = computed(() => this.certificate()?.targets[0]?.connectionId);
  /** The last renewals, newest first: what was fetched, with what the store knows better. */
  protected readonly renewals = computed(() => {
    const merged = new Map(this.recent().map((operation) => [operation.id, operation]));
    for (const operation of this.store.operations().values()) merged.set(operation.id, operation);
    return [...merged.values()]
      .filter((operation) => renewedBy(operation) === this.id())
      .sort((left, right) => (left.id < right.id ? 1 : -1))
      .slice(0, 8);
  });
  protected readonly failed = computed(() =>
    this.renewals()
      .slice(0, 1)
      .find(({ status }) => status === 'failed'),
  );
  /** The renewal that waits for somebody to bring the certificate. */
  protected readonly waiting = computed(() => this.renewals().find(waitsForSigned));
  protected readonly mayManage = computed(() => this.session.may('certificates.manage'));
  protected readonly maySchedule = computed(() => this.session.may('schedules.manage'));
  protected readonly namesInShort = namesInShort;
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
      this.id();
      untracked(() => void this.load());
    });
    this.store.watch(this.connectionId, inject(Injector));
    const ended = this.store.ended.pipe(filter((operation) => renewedBy(operation) === this.id()));
    merge(ended, this.store.resumed)
      .pipe(takeUntilDestroyed())
      .subscribe(() => void this.reading.again());
    effect(() => {
      const certificate = this.certificate();
      if (certificate !== null) this.title.setTitle(`${certificate.name} · Lockstep`);
    });
  }

  protected async load(): Promise<void> {
    this.certificate.set(null);
    this.problem.set(null);
    await this.reading.again();
  }

  protected async download(certificate: Certificate): Promise<void> {
    await this.actions.attempt(async () => {
      savePem(this.document, await this.api.invoke(getCertificateChain, { id: certificate.id }), certificate.name);
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

  private async read(): Promise<void> {
    const id = this.id();
    try {
      const [certificate, { items }] = await Promise.all([
        this.api.invoke(getCertificate, { id }),
        this.api.invoke(listCertificateVersions, { id }),
      ]);
      if (id !== this.id()) return;
      this.certificate.set(certificate);
      this.versions.set(items);
      await this.loadRenewals(certificate);
    } catch (error) {
      if (id === this.id()) this.problem.set(readProblem(error));
    }
  }

  private async loadRenewals({ id, targets }: Certificate): Promise<void> {
    const [first] = targets;
    if (first === undefined) return;
    const found = await this.api.invoke(listOperations, {
      connectionId: first.connectionId,
      type: ['certificate_renewal'],
      limit: 100,
    });
    if (id === this.id()) this.recent.set(found.items);
  }
}
