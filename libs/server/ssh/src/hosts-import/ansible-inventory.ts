import {
  type ImportedHosts,
  ImportUnreadableError,
  type RawHost,
  type SkippedHost,
  checkHosts,
} from './imported-hosts.js';
import { expandRange, splitWords } from './ansible-words.js';

type Variables = Map<string, string>;

interface Group {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly variables: Variables;
}

interface InventoryHost {
  readonly line: number;
  readonly variables: Variables;
}

interface Inventory {
  readonly groups: Map<string, Group>;
  readonly hosts: Map<string, InventoryHost>;
}

/** Beyond this a range such as [1:99999999] is a mistake. */
const maximumHosts = 10_000;

/**
 * Reads an Ansible inventory in INI form: groups become tags (those of a group's parents too), host variables win over
 * those of groups, and a child's over its parent's. YAML and scripts are not read.
 * Throws ImportUnreadableError with the line.
 */
export function parseAnsibleInventory(text: string): ImportedHosts {
  if (/^\s*(?:---|all:|[\w-]+:\s*$)/.test(text)) {
    throw new ImportUnreadableError('Line 1 looks like YAML; give the inventory in INI form.');
  }
  const inventory = readInventory(text);
  const found: RawHost[] = [];
  const skipped: SkippedHost[] = [];
  for (const [name, host] of inventory.hosts) {
    const raw = toHost(name, { host, inventory });
    if ('reason' in raw) skipped.push(raw);
    else found.push(raw);
  }
  return checkHosts(found, skipped);
}

function readInventory(text: string): Inventory {
  const inventory: Inventory = { groups: new Map(), hosts: new Map() };
  let section = { group: 'ungrouped', kind: 'hosts' };
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const header = /^\[([^\]:\s]+)(?::(vars|children|hosts))?\]\s*(?:[#;].*)?$/.exec(trimmed);
    if (header) section = { group: header[1] ?? '', kind: header[2] ?? 'hosts' };
    else if (trimmed.startsWith('['))
      throw new ImportUnreadableError(`Line ${String(line)}: «${trimmed.slice(0, 60)}» is not a group.`);
    else takeLine(inventory, { section, line, content: trimmed });
  }
  return inventory;
}

function takeLine(
  inventory: Inventory,
  entry: { section: { group: string; kind: string }; line: number; content: string },
): void {
  const { section, line, content } = entry;
  const group = groupOf(inventory, section.group);
  if (section.kind === 'children') {
    group.children.add(splitWords(content)[0] ?? '');
    return;
  }
  if (section.kind === 'vars') {
    const at = content.indexOf('=');
    if (at < 1) throw new ImportUnreadableError(`Line ${String(line)}: a variable needs «name=value».`);
    group.variables.set(content.slice(0, at).trim(), splitWords(content.slice(at + 1))[0] ?? '');
    return;
  }
  const [pattern = '', ...assignments] = splitWords(content);
  const names = expandRange(pattern, maximumHosts - inventory.hosts.size);
  if (names === null)
    throw new ImportUnreadableError(
      `Line ${String(line)}: «${pattern.slice(0, 60)}» is not a host or a range of at most ${String(maximumHosts)}.`,
    );
  for (const name of names) {
    const host = inventory.hosts.get(name) ?? { line, variables: new Map() };
    inventory.hosts.set(name, host);
    group.hosts.add(name);
    for (const assignment of assignments) {
      const at = assignment.indexOf('=');
      if (at > 0) host.variables.set(assignment.slice(0, at), assignment.slice(at + 1));
    }
  }
}

function groupOf(inventory: Inventory, name: string): Group {
  const group = inventory.groups.get(name) ?? { hosts: new Set(), children: new Set(), variables: new Map() };
  inventory.groups.set(name, group);
  return group;
}

/** The groups of a host, nearest first, each once. */
function groupsOf(name: string, { groups }: Inventory): string[] {
  const found = [...groups].filter(([, group]) => group.hosts.has(name)).map(([groupName]) => groupName);
  for (const current of found) {
    for (const [parent, group] of groups)
      if (group.children.has(current) && !found.includes(parent)) found.push(parent);
  }
  return [...found.filter((group) => group !== 'all'), 'all'];
}

function toHost(name: string, context: { host: InventoryHost; inventory: Inventory }): RawHost | SkippedHost {
  const { host, inventory } = context;
  const groups = groupsOf(name, inventory);
  const sources = [
    host.variables,
    ...groups.map((group) => inventory.groups.get(group)?.variables ?? new Map<string, string>()),
  ];
  const variable = (...keys: string[]): string | undefined => {
    for (const source of sources) for (const key of keys) if (source.has(key)) return source.get(key);
    return undefined;
  };
  const kind = variable('ansible_connection');
  if (kind !== undefined && kind !== 'ssh' && kind !== 'paramiko' && kind !== 'smart') {
    return { line: host.line, name, reason: `it is reached by ansible_connection=${kind}, not by SSH` };
  }
  const { name: bareName, port } = splitPort(name);
  const keyFile = variable('ansible_ssh_private_key_file', 'ansible_private_key_file');
  const hasPassword = variable('ansible_password', 'ansible_ssh_pass') !== undefined;
  const notes = [
    keyFile === undefined ? '' : `key file ${keyFile}`,
    hasPassword ? 'its password is not taken over' : '',
  ].filter(Boolean);
  return {
    line: host.line,
    name: bareName,
    host: variable('ansible_host', 'ansible_ssh_host') ?? bareName,
    port: variable('ansible_port', 'ansible_ssh_port') ?? port,
    username: variable('ansible_user', 'ansible_ssh_user'),
    tags: groups.filter((group) => group !== 'all' && group !== 'ungrouped'),
    jump: jumpOf(variable('ansible_ssh_common_args') ?? variable('ansible_ssh_extra_args') ?? ''),
    note: notes.length === 0 ? null : notes.join('; '),
    usernameHint: 'add «ansible_user=…» to it or to its group',
  };
}

/** `host:2222`, but not a bare IPv6 address. */
function splitPort(name: string): { name: string; port: string | undefined } {
  const found = /^([^:]+):(\d{1,5})$/.exec(name);
  return { name: found?.[1] ?? name, port: found?.[2] };
}

const jumpOf = (commonArguments: string): string | null =>
  (/(?:-J\s*|-o\s*"?ProxyJump[= ])(?:[^@\s"]+@)?([^\s",:]+)/.exec(commonArguments) ??
    /-W\s+%h:%p\s+(?:-q\s+)?(?:[^@\s"]+@)?([^\s"']+)/.exec(commonArguments))?.[1] ?? null;
