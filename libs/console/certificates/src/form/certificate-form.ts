import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { FormField, submit } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Api, changeCertificate, createCertificate, listConnections, listIssuers } from '@lockstep/console-api';
import {
  CodeControl,
  Control,
  Field,
  Icon,
  ProblemNotice,
  Spinner,
  fieldError,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import type { Certificate, Connection, Issuer, KeyType } from '@lockstep/contract';
import type { AddressModel } from '../look/address-model';
import { keyTypeTitle } from '../words/certificate-words';
import {
  certificateForm,
  emptyCertificate,
  modelOf,
  readDomains,
  toInput,
  type CertificateModel,
} from './certificate-model';
import { ReadinessChecks } from '../readiness/readiness-checks';
import { CertificateReview } from './certificate-review';
import { issuerAdvice, issuerTitle } from '../issuers/issuer-words';
import { proposeTarget } from './proposals';
import { TargetFields } from './target-fields';

type Step = 'certificate' | 'targets' | 'review';

/** Makes or changes a certificate in three steps; the last says what will be touched. */
@Component({
  selector: 'lockstep-certificate-form',
  imports: [
    CertificateReview,
    CodeControl,
    Control,
    Field,
    FormField,
    Icon,
    MatButton,
    ProblemNotice,
    Spinner,
    TargetFields,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './certificate-form.html',
  styleUrl: './certificate-form.scss',
})
export class CertificateForm {
  private readonly api = inject(Api);
  private readonly checks = inject(ReadinessChecks);
  /** The certificate to change; null to make one. */
  readonly certificate = input<Certificate | null>(null);
  /** What the fields begin with, where one is made. */
  readonly proposal = input<Partial<CertificateModel>>({});
  readonly address = input<AddressModel | null>(null);
  readonly saved = output<Certificate>();
  readonly cancelled = output();

  protected readonly keyTypes: readonly KeyType[] = ['ecdsa-p256', 'rsa-2048', 'rsa-4096'];
  protected readonly keyTypeTitle = keyTypeTitle;
  protected readonly issuerTitle = issuerTitle;
  protected readonly steps: readonly { readonly step: Step; readonly title: string }[] = [
    { step: 'certificate', title: $localize`Certificate` },
    { step: 'targets', title: $localize`Where it goes` },
    { step: 'review', title: $localize`Review` },
  ];
  protected readonly step = signal<Step>('certificate');
  protected readonly model = signal<CertificateModel>(emptyCertificate);
  protected readonly form = certificateForm(this.model);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly issuers = signal<readonly Issuer[]>([]);
  protected readonly connections = signal<readonly Connection[]>([]);
  protected readonly domains = computed(() => readDomains(this.model().domains));
  protected readonly input = computed(() => toInput(this.model()));
  protected readonly advice = computed(() =>
    issuerAdvice(
      this.issuers().find(({ id }) => String(id) === this.model().issuerId),
      this.domains(),
    ),
  );
  private readonly choices = this.loadChoices();
  protected readonly hasTargets = computed(() => this.model().targets.length > 0);

  constructor() {
    effect(() => {
      const certificate = this.certificate();
      const proposal = this.proposal();
      untracked(() =>
        this.model.update((model) =>
          certificate === null ? { ...emptyCertificate, issuerId: model.issuerId, ...proposal } : modelOf(certificate),
        ),
      );
    });
  }

  protected error(name: 'name' | 'domains' | 'issuerId'): string | undefined {
    return fieldError(this.form[name](), this.problem(), name);
  }

  /** Forward only over what fits; back always. Who is quicker than the choices is not told that they lack one. */
  protected async go(step: Step): Promise<void> {
    await this.choices;
    const order = this.steps.map((each) => each.step);
    const blocking = order.slice(0, order.indexOf(step)).find((each) => !this.mayLeave(each));
    this.step.set(blocking ?? step);
    if (blocking !== undefined) setTimeout(() => this.focusWrong(blocking));
  }

  protected next(): void {
    void this.go(this.step() === 'certificate' ? 'targets' : 'review');
  }

  protected addTarget(): void {
    const target = proposeTarget(undefined, {
      name: this.model().name,
      address: this.address(),
      domains: this.domains(),
    });
    this.model.update((model) => ({ ...model, targets: [...model.targets, target] }));
  }

  protected removeTarget(index: number): void {
    this.model.update((model) => ({ ...model, targets: model.targets.filter((_, place) => place !== index) }));
  }

  protected save(event: SubmitEvent): void {
    event.preventDefault();
    const wantsCheck = event.submitter?.getAttribute('value') === 'check';
    if (this.step() !== 'review') return this.next();
    void submit(this.form, async () => {
      this.problem.set(null);
      try {
        const certificate = await this.send();
        if (wantsCheck) await this.checks.start(certificate.id);
        this.saved.emit(certificate);
      } catch (error) {
        const problem = readProblem(error);
        this.problem.set(problem);
        const isOfTargets = [...problem.fields.keys()].some((path) => path.startsWith('targets'));
        if (problem.fields.size > 0 || problem.code === 'NAME_TAKEN')
          this.step.set(isOfTargets ? 'targets' : 'certificate');
      }
      return undefined;
    });
  }

  private async send(): Promise<Certificate> {
    const certificate = this.certificate();
    const body = this.input();
    return certificate === null
      ? await this.api.invoke(createCertificate, { body })
      : await this.api.invoke(changeCertificate, { id: certificate.id, body });
  }

  private fieldsOf(step: Step) {
    if (step === 'certificate') return [this.form.name(), this.form.domains(), this.form.issuerId()];
    return step === 'targets' ? [this.form.targets()] : [];
  }

  private mayLeave(step: Step): boolean {
    const fields = this.fieldsOf(step);
    fields.forEach((field) => field.markAsTouched());
    return fields.every((field) => field.valid());
  }

  private focusWrong(step: Step): void {
    const wrong = this.fieldsOf(step).flatMap((field) => field.errorSummary())[0];
    wrong?.fieldTree().focusBoundControl();
  }

  private async loadChoices(): Promise<void> {
    const [issuers, page] = await Promise.all([
      this.api.invoke(listIssuers).catch(() => null),
      this.api.invoke(listConnections, { limit: 500 }).catch(() => null),
    ]);
    this.issuers.set(issuers?.items ?? []);
    this.connections.set(page?.items ?? []);
    const [first] = this.issuers();
    if (this.model().issuerId === '' && first !== undefined)
      this.model.update((model) => ({ ...model, issuerId: String(first.id) }));
  }
}
