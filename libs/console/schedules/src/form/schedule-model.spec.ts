import type { Schedule } from '@lockstep/contract';
import { emptySchedule, modelOf, toChange, toInput } from './schedule-model';

describe('the form of a schedule', () => {
  it('sends the one way that was chosen to say where, and a service only for a restart', () => {
    const model = { ...emptySchedule(), name: ' Nightly ', tag: 'web', connectionIds: [1], service: 'nginx.service' };
    expect(toInput({ ...model, where: 'tag' })).toMatchObject({ name: 'Nightly', type: 'ssh_test', tag: 'web' });
    expect(Object.keys(toInput({ ...model, where: 'tag' }))).not.toEqual(
      expect.arrayContaining(['connectionIds', 'service']),
    );
    const restart = toInput({ ...model, type: 'service_restart', where: 'connections' });
    expect(restart).toMatchObject({ connectionIds: [1], service: 'nginx.service', atOnce: 1, stopAfterFailures: 1 });
    expect(Object.keys(restart)).not.toContain('tag');
  });

  it('shows a schedule as it is and, unchanged, sends the same again', () => {
    const schedule = {
      name: 'Renewals',
      type: 'certificate_renewal',
      connectionIds: null,
      tag: null,
      certificateIds: [4, 7],
      service: null,
      atOnce: 1,
      stopAfterFailures: 1,
      onlyDue: false,
      cron: '0 3 * * SUN',
      timeZone: 'Asia/Kathmandu',
      enabled: false,
    } as Partial<Schedule> as Schedule;
    const { type: _, connectionIds: __, tag: ___, service: ____, ...same } = schedule;
    expect(toChange(modelOf(schedule))).toEqual(same);
  });
});
