import { SudoList } from './sudo-list.js';

const systemctl = '/usr/bin/systemctl';
const restart = ['restart', '--', 'nginx.service'];
const entry = (command: string, more: { options?: string; users?: string } = {}): string =>
  `\nSudoers entry:\n    RunAsUsers: ${more.users ?? 'root'}\n${
    more.options === undefined ? '' : `    Options: ${more.options}\n`
  }    Commands:\n\t${command}\n`;
const free = { options: '!authenticate' };
const allows = (text: string): boolean => SudoList.parse(text).allows(systemctl, restart);

describe('what sudo lists', () => {
  it.each([
    ['exactly this', entry(`${systemctl} restart -- nginx.service`, free)],
    ['everything', entry('ALL', free)],
    ['the program with any arguments', entry(systemctl, free)],
    ['a pattern', entry(`${systemctl} restart *`, free)],
    ['all of a folder', entry('/usr/bin/', free)],
    ['an entry for everyone to be', entry('ALL', { ...free, users: 'ALL' })],
    ['defaults that never ask', `Matching Defaults entries for a on b:\n    env_reset, !authenticate\n${entry('ALL')}`],
    ['the last of several', entry('ALL') + entry(`${systemctl} restart -- nginx.service`, free)],
    ['one of several commands', entry(`/usr/bin/true\n\t${systemctl} restart -- nginx.service`, free)],
    ['an entry of newer sudo', entry('ALL', free).replace('entry:', 'entry: /etc/sudoers.d/x')],
  ])('allows a restart without a password by %s', (_what, text) => expect(allows(text)).toBe(true));

  it.each([
    ['nothing', ''],
    ['that a password is required', 'sudo: a password is required\nlockstep:sudo=refused\n'],
    ['an entry that asks for a password', entry(`${systemctl} restart -- nginx.service`)],
    ['another unit', entry(`${systemctl} restart -- other.service`, free)],
    ['a way without the two dashes', entry(`${systemctl} restart nginx.service`, free)],
    ['another user to be', entry('ALL', { ...free, users: 'postgres' })],
    ['no arguments', entry(`${systemctl} ""`, free)],
    ['a later entry that forbids', entry('ALL', free) + entry(`!${systemctl}`, free)],
    ['a later entry that asks', entry('ALL', free) + entry(`${systemctl} restart -- *`)],
    [
      'an entry that asks in spite of its defaults',
      `Matching Defaults entries for a on b:\n    !authenticate\n${entry('ALL', { options: 'authenticate' })}`,
    ],
  ])('does not by %s', (_what, text) => expect(allows(text)).toBe(false));
});
