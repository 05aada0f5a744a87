/**
 * The one line of sudoers(5) that lets a login run exactly this as root without a password. Arguments are patterns there
 * (fnmatch(3)) in a language with escapes of its own, so a backslash of a unit's name is doubled twice.
 */
export function sudoersLine(user: string, command: readonly string[]): string {
  const [program = '', ...parameters] = command;
  return `${escapeUser(user)} ALL=(root) NOPASSWD: ${[program, ...parameters.map(escapeParameter)].join(' ')}`;
}

const escapeParameter = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&').replace(/[\\,:=]/g, '\\$&');

const escapeUser = (user: string): string => user.replace(/[^A-Za-z0-9_.-]/gu, '\\$&');
