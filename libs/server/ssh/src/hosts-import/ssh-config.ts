import SSHConfig, { type Directive, type Line, LineType, type Section, glob } from 'ssh-config';
import {
  type ImportedHosts,
  ImportUnreadableError,
  type RawHost,
  type SkippedHost,
  checkHosts,
} from './imported-hosts.js';

interface HostSection {
  readonly patterns: readonly string[];
  readonly line: number | null;
  /** First value of each directive, by lower-case name. */
  readonly values: ReadonlyMap<string, string>;
}

interface ParsedConfig {
  readonly sections: readonly HostSection[];
  readonly skipped: readonly SkippedHost[];
}

const usernameHint = 'add «User …» to it';

/**
 * Reads an ssh_config (ssh_config(5)): each concrete Host becomes an item, with the values of the patterns that fit it,
 * first value first. Match and Include are not followed. The library only parses: its `compute` would run commands
 * (Match exec, nslookup) that the text names.
 * Throws ImportUnreadableError.
 */
export function parseSshConfig(text: string): ImportedHosts {
  const { sections, skipped } = readSections(text);
  const refused: SkippedHost[] = [...skipped];
  const hosts = new Map<string, RawHost>();
  for (const section of sections) {
    for (const name of section.patterns.filter(isConcrete)) {
      if (hosts.has(name)) continue;
      const raw = readHost(name, { section, sections });
      if (isSkipped(raw)) refused.push(raw);
      else hosts.set(name, raw);
    }
  }
  const jumps = [...hosts.values()].flatMap((raw) => expandJump(raw, hosts));
  return checkHosts(
    jumps.filter((entry): entry is RawHost => !isSkipped(entry)),
    [...refused, ...jumps.filter(isSkipped)],
  );
}

const isSkipped = (entry: RawHost | SkippedHost): entry is SkippedHost => 'reason' in entry;

const isConcrete = (pattern: string): boolean => !/[*?!]/.test(pattern);

function readSections(text: string): ParsedConfig {
  let lines: Line[];
  try {
    lines = SSHConfig.parse(text);
  } catch (error) {
    throw new ImportUnreadableError(
      `This is not an ssh_config: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const lineNumbers = text.split(/\r?\n/).flatMap((line, index) => (/^\s*Host(?:\s|=)/i.test(line) ? [index + 1] : []));
  const sections: HostSection[] = [];
  const skipped: SkippedHost[] = [];
  const global = new Map<string, string>();
  for (const line of lines) {
    if (line.type !== LineType.DIRECTIVE) continue;
    const param = line.param.toLowerCase();
    if (param === 'host') sections.push(toSection(line as Section, lineNumbers.shift() ?? null));
    else if (param === 'match') skipped.push({ line: null, name: 'Match', reason: 'Match blocks are not read' });
    else if (param === 'include')
      skipped.push({ line: null, name: 'Include', reason: 'included files are not read; paste their text' });
    else keepFirst(global, line);
  }
  return { sections: [...sections, { patterns: ['*'], line: null, values: global }], skipped };
}

function toSection(line: Section, lineNumber: number | null): HostSection {
  const values = new Map<string, string>();
  for (const inner of line.config) if (inner.type === LineType.DIRECTIVE) keepFirst(values, inner);
  return { patterns: words(line), line: lineNumber, values };
}

const words = (line: Directive): string[] =>
  typeof line.value === 'string' ? line.value.split(/\s+/).filter(Boolean) : line.value.map(({ val }) => val);

function keepFirst(values: Map<string, string>, line: Directive): void {
  const name = line.param.toLowerCase();
  if (!values.has(name)) values.set(name, words(line).join(' '));
}

function readHost(
  name: string,
  where: { section: HostSection; sections: readonly HostSection[] },
): RawHost | SkippedHost {
  const { line } = where.section;
  const fitting = where.sections.filter(({ patterns }) => patternsFit(patterns, name));
  const value = (key: string): string | undefined =>
    fitting.map(({ values }) => values.get(key)).find((found) => found !== undefined);
  const jump = value('proxyjump') ?? jumpOfCommand(value('proxycommand'));
  if (jump === undefined && value('proxycommand') !== undefined && value('proxycommand') !== 'none') {
    return { line, name, reason: 'ProxyCommand is not supported; use ProxyJump' };
  }
  const identity = value('identityfile');
  const host = (value('hostname') ?? name).replaceAll('%h', name).replaceAll('%%', '%');
  return {
    line,
    name,
    host,
    port: value('port'),
    username: value('user'),
    tags: [],
    jump: jump === undefined || jump.toLowerCase() === 'none' ? null : jump,
    note: identity === undefined ? null : `IdentityFile ${identity}`,
    usernameHint,
  };
}

function patternsFit(patterns: readonly string[], name: string): boolean {
  if (patterns.some((pattern) => pattern.startsWith('!') && glob(pattern.slice(1), name))) return false;
  return patterns.some(
    (pattern) => !pattern.startsWith('!') && (pattern === name || (!isConcrete(pattern) && glob(pattern, name))),
  );
}

/** The old way to write a jump: `ProxyCommand ssh -W %h:%p bastion`. */
const jumpOfCommand = (command: string | undefined): string | undefined =>
  /^ssh\s+(?:-q\s+)?-W\s+"?(?:%h:%p|\[%h\]:%p)"?\s+(\S+)$/.exec(command ?? '')?.[1] ??
  /^ssh\s+(?:-q\s+)?([^\s-]\S*)\s+-W\s+"?%h:%p"?$/.exec(command ?? '')?.[1];

const jumpForm = /^(?:(?<user>[^@\s]+)@)?(?:\[(?<bracketed>[^\]]+)\]|(?<bare>[^\s:]+))(?::(?<port>\d+))?$/;

/**
 * A jump is the name of another host of the file or of a connection; `user@host:port` becomes a host of its own. Of
 * several, each goes through the one before it.
 */
function expandJump(raw: RawHost, hosts: ReadonlyMap<string, RawHost>): (RawHost | SkippedHost)[] {
  if (raw.jump === null) return [raw];
  const made: RawHost[] = [];
  let through: string | null = null;
  for (const spec of raw.jump.replace(/^ssh:\/\//, '').split(',')) {
    const form = jumpForm.exec(spec.trim())?.groups;
    const host = form?.['bracketed'] ?? form?.['bare'];
    if (!form || host === undefined)
      return [{ line: raw.line, name: raw.name, reason: `ProxyJump «${spec}» cannot be read` }];
    const alias = hosts.get(host);
    const plain = form['user'] === undefined && form['port'] === undefined;
    if (alias && (alias.jump ?? null) !== through && through !== null) {
      return [{ line: raw.line, name: raw.name, reason: `${host} goes another way than through ${through}` }];
    }
    if (!alias && !plain && !hosts.has(spec.trim())) {
      const user = form['user'];
      made.push({
        line: raw.line,
        name: host,
        host,
        port: form['port'],
        username: user,
        tags: [],
        jump: through,
        usernameHint: 'write it as user@host in ProxyJump',
      });
    }
    through = host;
  }
  return [...made.filter(({ name }) => !hosts.has(name)), { ...raw, jump: through }];
}
