import { refuseUnitName } from './unit-name.js';

describe('a unit’s name', () => {
  it.each([
    'nginx.service',
    'getty@tty1.service',
    'dev-disk-by\\x2duuid-1.swap',
    'a:b_c.d@e\\x2f.timer',
    'sshd@10.0.0.1:22-1.2.3.4:5.service',
    `${'x'.repeat(247)}.service`,
  ])('may be %s', (name) => expect(refuseUnitName(name)).toBeNull());

  it.each([
    ['nginx', 'whole name'],
    ['nginx.conf', 'whole name'],
    ['.service', 'whole name'],
    ['system.slice', 'whole name'],
    ['nginx.Service', 'whole name'],
    ['getty@.service', 'template'],
    ['@tty1.service', 'begin with @'],
    ['-.mount', 'dash'],
    ['--now.service', 'dash'],
    ['nginx.service ', 'letters, digits'],
    ['nginx.service\n', 'letters, digits'],
    ['*.service', 'letters, digits'],
    ['éa.service', 'letters, digits'],
    [`${'x'.repeat(248)}.service`, '255'],
    ['', 'letters, digits'],
  ])('is refused where it is %j', (name, why) => expect(refuseUnitName(name)).toContain(why));
});
