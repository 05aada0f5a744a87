import type { WritableSignal } from '@angular/core';
import { type FieldTree, form, required, validate } from '@angular/forms/signals';
import { CronExpression, ServiceName, TimeZone } from '@lockstep/contract';
import type { Schedule, ScheduleChange, ScheduleInput, ScheduledType } from '@lockstep/contract';

/** The three ways to say what a schedule is for. */
export type Where = 'tag' | 'connections' | 'certificates';

/** What the form holds: all text, as one types it. */
export interface ScheduleModel {
  readonly name: string;
  readonly type: ScheduledType;
  readonly where: Where;
  readonly tag: string;
  readonly connectionIds: readonly number[];
  readonly certificateIds: readonly number[];
  readonly service: string;
  readonly atOnce: string;
  readonly stopAfterFailures: string;
  readonly onlyDue: boolean;
  readonly cron: string;
  readonly timeZone: string;
  readonly enabled: boolean;
}

export const emptySchedule = (): ScheduleModel => ({
  name: '',
  type: 'ssh_test',
  where: 'tag',
  tag: '',
  connectionIds: [],
  certificateIds: [],
  service: '',
  atOnce: '1',
  stopAfterFailures: '1',
  onlyDue: true,
  cron: '0 2 * * *',
  timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  enabled: true,
});

export const modelOf = (schedule: Schedule): ScheduleModel => ({
  name: schedule.name,
  type: schedule.type,
  where: schedule.tag !== null ? 'tag' : schedule.certificateIds !== null ? 'certificates' : 'connections',
  tag: schedule.tag ?? '',
  connectionIds: schedule.connectionIds ?? [],
  certificateIds: schedule.certificateIds ?? [],
  service: schedule.service ?? '',
  atOnce: String(schedule.atOnce),
  stopAfterFailures: String(schedule.stopAfterFailures),
  onlyDue: schedule.onlyDue,
  cron: schedule.cron,
  timeZone: schedule.timeZone,
  enabled: schedule.enabled,
});

export function scheduleForm(model: WritableSignal<ScheduleModel>): FieldTree<ScheduleModel> {
  return form(model, (path) => {
    required(path.name, { message: $localize`Give the schedule a name.` });
    validate(path.where, () => whereFault(model()));
    validate(path.service, ({ value }) =>
      model().type !== 'service_restart' || ServiceName.safeParse(value().trim()).success
        ? undefined
        : { kind: 'service', message: $localize`Which service? Its whole name, for example nginx.service.` },
    );
    for (const figure of [path.atOnce, path.stopAfterFailures])
      validate(figure, ({ value }) =>
        /^[1-9]\d?$/.test(value().trim()) && Number(value()) <= 50
          ? undefined
          : { kind: 'range', message: $localize`A whole number from 1 to 50.` },
      );
    validate(path.cron, ({ value }) =>
      CronExpression.safeParse(value()).success
        ? undefined
        : { kind: 'cron', message: $localize`Five fields: minute, hour, day of month, month, day of week.` },
    );
    validate(path.timeZone, ({ value }) =>
      TimeZone.safeParse(value()).success
        ? undefined
        : { kind: 'timeZone', message: $localize`A time zone such as Europe/Berlin.` },
    );
  });
}

function whereFault(model: ScheduleModel): { kind: string; message: string } | undefined {
  switch (model.where) {
    case 'tag':
      return model.tag === '' ? { kind: 'where', message: $localize`Choose a tag.` } : undefined;
    case 'connections':
      return model.connectionIds.length === 0
        ? { kind: 'where', message: $localize`Choose at least one connection.` }
        : undefined;
    case 'certificates':
      return model.certificateIds.length === 0
        ? { kind: 'where', message: $localize`Choose at least one certificate.` }
        : undefined;
  }
}

/** As it goes over the wire, to make one. */
export const toInput = (model: ScheduleModel): ScheduleInput => ({ type: model.type, ...toChange(model) });

/** The same to change one, whose type stays. */
export function toChange(model: ScheduleModel): Omit<ScheduleInput, 'type'> & ScheduleChange {
  return {
    name: model.name.trim(),
    ...(model.where === 'tag' && { tag: model.tag }),
    ...(model.where === 'connections' && { connectionIds: [...model.connectionIds] }),
    ...(model.where === 'certificates' && { certificateIds: [...model.certificateIds] }),
    ...(model.type === 'service_restart' && { service: model.service.trim() }),
    atOnce: Number(model.atOnce),
    stopAfterFailures: Number(model.stopAfterFailures),
    onlyDue: model.onlyDue,
    cron: model.cron.trim(),
    timeZone: model.timeZone,
    enabled: model.enabled,
  };
}
