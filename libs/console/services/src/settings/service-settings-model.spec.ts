import { TestBed } from '@angular/core/testing';
import { signal } from '@angular/core';
import { emptySettings, modelOf, settingsForm, settingsOf } from './service-settings-model';

const custom = {
  settleSeconds: 9,
  limitSeconds: 40,
  commands: { list: 'list', check: null, restart: 'restart', verify: 'verify' },
};

describe('the settings of services', () => {
  it('come back from the form as they went in', () => {
    expect(settingsOf(modelOf(custom), true)).toEqual(custom);
    const plain = { settleSeconds: 5, limitSeconds: null, commands: null };
    expect(settingsOf(modelOf(plain), false)).toEqual(plain);
  });

  it('refuse what is out of range, and commands that are missing where they are needed', () => {
    const model = signal({ ...emptySettings, settleSeconds: '301', limitSeconds: '9.5' });
    const hasCommands = signal(true);
    const fields = TestBed.runInInjectionContext(() => settingsForm(model, hasCommands));
    for (const name of ['settleSeconds', 'limitSeconds', 'list', 'restart', 'verify'] as const)
      expect(fields[name]().invalid()).toBe(true);
    expect(fields.check().invalid()).toBe(false);
    hasCommands.set(false);
    model.update((value) => ({ ...value, settleSeconds: '300', limitSeconds: '' }));
    expect(fields().invalid()).toBe(false);
  });
});
