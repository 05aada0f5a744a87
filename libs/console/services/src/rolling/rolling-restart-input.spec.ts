import { inputOf, namesByHosts } from './rolling-restart-input';

const model = { service: 'nginx.service', tag: '', atOnce: '2', stopAfterFailures: '1' };

describe('what the dialog of a rolling restart sends', () => {
  it('names either the chosen hosts or a tag', () => {
    const common = { service: 'nginx.service', atOnce: 2, stopAfterFailures: 1 };
    expect(inputOf(model, [4, 5])).toEqual({ ...common, connectionIds: [4, 5] });
    expect(inputOf({ ...model, tag: 'web' }, null)).toEqual({ ...common, tag: 'web' });
  });

  it.each([
    [{ service: '' }],
    [{ service: '-rf' }],
    [{ atOnce: '0' }],
    [{ atOnce: '51' }],
    [{ atOnce: '1.5' }],
    [{ stopAfterFailures: 'many' }],
    [{ tag: '' }],
  ])('is nothing while something does not fit: %j', (wrong) => {
    expect(inputOf({ ...model, tag: 'web', ...wrong }, null)).toBeNull();
  });

  it('suggests pinned names first, then those that most hosts have', () => {
    const seen = [
      { name: 'cron.service', pinned: false },
      { name: 'nginx.service', pinned: true },
      { name: 'ssh.service', pinned: false },
      { name: 'ssh.service', pinned: false },
    ];
    expect(namesByHosts(seen)).toEqual([
      { name: 'nginx.service', hosts: 1 },
      { name: 'ssh.service', hosts: 2 },
      { name: 'cron.service', hosts: 1 },
    ]);
  });
});
