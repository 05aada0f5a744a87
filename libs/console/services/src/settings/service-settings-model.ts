import type { WritableSignal } from '@angular/core';
import { type FieldTree, form, validate } from '@angular/forms/signals';
import type { ServiceSettings } from '@lockstep/contract';

/** What the form holds: all text, as one types it. */
export interface SettingsModel {
  readonly settleSeconds: string;
  readonly limitSeconds: string;
  readonly list: string;
  readonly check: string;
  readonly restart: string;
  readonly verify: string;
}

export const emptySettings: SettingsModel = {
  settleSeconds: '5',
  limitSeconds: '',
  list: '',
  check: '',
  restart: '',
  verify: '',
};

export const modelOf = ({ settleSeconds, limitSeconds, commands }: ServiceSettings): SettingsModel => ({
  settleSeconds: String(settleSeconds),
  limitSeconds: limitSeconds === null ? '' : String(limitSeconds),
  list: commands?.list ?? '',
  check: commands?.check ?? '',
  restart: commands?.restart ?? '',
  verify: commands?.verify ?? '',
});

/** `hasCommands`: the connection is of a platform whose commands an administrator gives. */
export function settingsForm(
  model: WritableSignal<SettingsModel>,
  hasCommands: () => boolean,
): FieldTree<SettingsModel> {
  return form(model, (path) => {
    validate(path.settleSeconds, ({ value }) =>
      isWhole(value(), 1, 300) ? undefined : { kind: 'range', message: $localize`A whole number from 1 to 300.` },
    );
    validate(path.limitSeconds, ({ value }) =>
      value().trim() === '' || isWhole(value(), 10, 3_600)
        ? undefined
        : { kind: 'range', message: $localize`A whole number from 10 to 3600, or nothing.` },
    );
    for (const command of [path.list, path.restart, path.verify])
      validate(command, ({ value }) =>
        !hasCommands() || value().trim() !== ''
          ? undefined
          : { kind: 'required', message: $localize`This command is needed.` },
      );
  });
}

/** As it goes over the wire; without commands where the platform has none. */
export const settingsOf = (model: SettingsModel, hasCommands: boolean): ServiceSettings => ({
  settleSeconds: Number(model.settleSeconds),
  limitSeconds: model.limitSeconds.trim() === '' ? null : Number(model.limitSeconds),
  commands: hasCommands
    ? {
        list: model.list.trim(),
        check: model.check.trim() === '' ? null : model.check.trim(),
        restart: model.restart.trim(),
        verify: model.verify.trim(),
      }
    : null,
});

const isWhole = (text: string, least: number, most: number): boolean =>
  /^\s*\d+\s*$/.test(text) && Number(text) >= least && Number(text) <= most;
