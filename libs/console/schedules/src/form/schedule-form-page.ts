import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { FormField } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import {
  Api,
  changeSchedule,
  createSchedule,
  getSchedule,
  listCertificates,
  listConnections,
  listTags,
} from '@lockstep/console-api';
import { typeTitle } from '@lockstep/console-operations';
import {
  CodeControl,
  Control,
  Field,
  PageHeader,
  ProblemNotice,
  Spinner,
  fieldError,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import type { Schedule, ScheduledType } from '@lockstep/contract';
import { CheckList, type Choice } from './check-list';
import { NextRuns } from './next-runs';
import {
  emptySchedule,
  modelOf,
  scheduleForm,
  toChange,
  toInput,
  type ScheduleModel,
  type Where,
} from './schedule-model';

/** Makes a schedule or changes one, and shows live when it would run. */
@Component({
  selector: 'lockstep-schedule-form-page',
  imports: [
    CheckList,
    CodeControl,
    Control,
    Field,
    FormField,
    MatButton,
    NextRuns,
    PageHeader,
    ProblemNotice,
    RouterLink,
    Spinner,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './schedule-form-page.html',
  styleUrl: './schedule-form-page.scss',
})
export class ScheduleFormPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  /** The schedule to change; without one a new one is made. */
  readonly id = input<string>();
  /** What a new one is for, from the address. */
  readonly connectionId = input<string>();
  readonly certificateId = input<string>();
  readonly service = input<string>();

  protected readonly types: readonly ScheduledType[] = ['ssh_test', 'service_restart', 'certificate_renewal'];
  protected readonly typeTitle = typeTitle;
  protected readonly zones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  protected readonly examples = [
    { title: $localize`Every night`, cron: '0 2 * * *' },
    { title: $localize`Every hour`, cron: '0 * * * *' },
    { title: $localize`Sundays`, cron: '0 4 * * SUN' },
    { title: $localize`Second Tuesday`, cron: '0 3 * * TUE#2' },
  ];
  protected readonly newHeading = $localize`Add schedule`;
  protected readonly editHeading = $localize`Edit schedule`;
  protected readonly listLabel = $localize`Schedules`;
  protected readonly schedule = signal<Schedule | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  /** What the server says about the time, while it is typed. */
  protected readonly judgement = signal<ReadableProblem | null>(null);
  protected readonly model = signal<ScheduleModel>(emptySchedule());
  protected readonly form = scheduleForm(this.model);
  protected readonly tags = signal<readonly { readonly tag: string; readonly count: number }[]>([]);
  protected readonly connections = signal<readonly Choice[]>([]);
  protected readonly certificates = signal<readonly Choice[]>([]);
  protected readonly isNew = computed(() => this.id() === undefined);
  protected readonly ways = computed((): readonly { readonly where: Where; readonly title: string }[] => [
    { where: 'tag', title: $localize`By tag` },
    { where: 'connections', title: $localize`Connections` },
    ...(this.model().type === 'certificate_renewal'
      ? [{ where: 'certificates', title: $localize`Certificates` } as const]
      : []),
  ]);
  /** Whose rights count, where it is not the one who fills this in. */
  protected readonly otherOwner = computed(() => {
    const owner = this.schedule()?.owner;
    return owner === undefined || owner.id === this.session.user()?.id ? null : owner.name;
  });
  protected readonly leaveTo = computed(() => ['/schedules', ...(this.id() === undefined ? [] : [this.id() ?? ''])]);

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => (id === undefined ? this.propose() : void this.load(Number(id))));
    });
    void this.loadChoices();
  }

  protected error(name: 'name' | 'service' | 'atOnce' | 'stopAfterFailures'): string | undefined {
    return fieldError(this.form[name](), this.problem(), name);
  }

  protected whereError(): string | undefined {
    const { where } = this.model();
    return fieldError(this.form.where(), this.problem(), where === 'tag' ? 'tag' : `${where.slice(0, -1)}Ids`);
  }

  /** The server knows more about these than a rule here, and has been asked already. */
  protected timeError(name: 'cron' | 'timeZone'): string | undefined {
    return this.form[name]().errors()[0]?.message ?? this.judgement()?.fields.get(`query.${name}`);
  }

  protected set(change: Partial<ScheduleModel>): void {
    this.model.update((model) => ({ ...model, ...change }));
  }

  protected choose(type: ScheduledType): void {
    const { where } = this.model();
    this.set({ type, where: type !== 'certificate_renewal' && where === 'certificates' ? 'tag' : where });
  }

  protected save(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      const { id } = await this.send();
      await this.router.navigate(['/schedules', id]);
    });
  }

  private send(): Promise<Schedule> {
    const id = this.id();
    return id === undefined
      ? this.api.invoke(createSchedule, { body: toInput(this.model()) })
      : this.api.invoke(changeSchedule, { id: Number(id), body: toChange(this.model()) });
  }

  private propose(): void {
    const [connectionId, certificateId] = [this.connectionId(), this.certificateId()];
    if (connectionId !== undefined) this.set({ where: 'connections', connectionIds: [Number(connectionId)] });
    const service = this.service();
    if (service !== undefined) this.set({ type: 'service_restart', service });
    if (certificateId !== undefined)
      this.set({ type: 'certificate_renewal', where: 'certificates', certificateIds: [Number(certificateId)] });
  }

  private async load(id: number): Promise<void> {
    try {
      const schedule = await this.api.invoke(getSchedule, { id });
      this.model.set(modelOf(schedule));
      this.schedule.set(schedule);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }

  private async loadChoices(): Promise<void> {
    const [tags, connections, certificates] = await Promise.all([
      this.api.invoke(listTags).catch(() => null),
      this.api.invoke(listConnections, { limit: 500 }).catch(() => null),
      this.api.invoke(listCertificates, { limit: 500 }).catch(() => null),
    ]);
    this.tags.set(tags?.items ?? []);
    this.connections.set(connections?.items ?? []);
    this.certificates.set(certificates?.items ?? []);
  }
}
