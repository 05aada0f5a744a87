import { matchesGlob } from './glob.js';

/** An entry that sudo lists for this login on this host, as far as it matters here. */
interface SudoEntry {
  readonly withoutPassword: boolean;
  /** Path and arguments as sudoers(5) writes them, or `ALL`; with `!` in front where it forbids. */
  readonly command: string;
}

/**
 * Whether sudo would run commands as root without asking for a password, read from `sudo -n -ll`. Asking for one command
 * (`sudo -n -l command`) does not tell: it says yes also where a password would be asked for (tried with sudo 1.9.13).
 */
export class SudoList {
  private constructor(private readonly entries: readonly SudoEntry[]) {}

  static parse(text: string): SudoList {
    const defaults = /^Matching Defaults entries[^\n]*:\n((?:[ \t]+\S[^\n]*\n?)+)/m.exec(text)?.[1] ?? '';
    const neverAsks = /(?:^|[\s,])!authenticate\b/.test(defaults);
    // Newer sudo names the file of an entry on the same line.
    const blocks = text.split(/^Sudoers entry:[^\n]*$/m).slice(1);
    return new SudoList(blocks.flatMap((block) => entriesOf(block, neverAsks)));
  }

  /** The last entry that fits decides (sudoers(5)). */
  allows(path: string, parameters: readonly string[]): boolean {
    const last = this.entries.findLast(({ command }) => fits(command.replace(/^!/, ''), path, parameters.join(' ')));
    return last !== undefined && last.withoutPassword && !last.command.startsWith('!');
  }
}

function entriesOf(block: string, neverAsks: boolean): SudoEntry[] {
  const value = (name: string): string => new RegExp(`^ +${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  const users = value('RunAsUsers').split(/, */);
  if (!users.some((user) => ['ALL', 'root', '#0'].includes(user)) || users.includes('!root')) return [];
  const options = value('Options').split(/, */);
  const withoutPassword = options.includes('!authenticate') || (neverAsks && !options.includes('authenticate'));
  const commands = /^ +Commands:\n((?:\t.*\n?)*)/m.exec(block)?.[1] ?? '';
  return commands
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((command) => ({ withoutPassword, command }));
}

function fits(pattern: string, path: string, parameters: string): boolean {
  if (pattern === 'ALL') return true;
  const [, program = '', given] = /^((?:\\.|\S)+)(?: (.*))?$/.exec(pattern) ?? [];
  const isProgram = program.endsWith('/')
    ? path.startsWith(program) && !path.slice(program.length).includes('/')
    : matchesGlob(program, path, { star: (letter) => letter !== '/' });
  if (!isProgram) return false;
  if (given === undefined) return true;
  return given === '""' ? parameters === '' : matchesGlob(given, parameters, { star: () => true });
}
