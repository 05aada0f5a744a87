import {
  type ImportedHosts,
  ImportUnreadableError,
  type RawHost,
  type SkippedHost,
  checkHosts,
} from './imported-hosts.js';
import { readIniInventory } from './ini-inventory.js';
import type { Inventory, InventoryHost, Variables } from './inventory.js';
import { readYamlInventory } from './yaml-inventory.js';

/**
 * Reads an Ansible inventory in INI or YAML form: groups become tags (those of a group's parents too), host variables win over
 * those of groups, and a child's over its parent's. Nothing is executed or decrypted, and no other file is read.
 * Throws ImportUnreadableError with the line.
 */
export function parseAnsibleInventory(text: string): ImportedHosts {
  if (text.startsWith('$ANSIBLE_VAULT;'))
    throw new ImportUnreadableError('Line 1: this is encrypted by ansible-vault; give the text that it decrypts to.');
  const inventory = isYaml(text) ? readYamlInventory(text) : readIniInventory(text);
  const found: RawHost[] = [];
  const skipped: SkippedHost[] = [];
  for (const [name, host] of inventory.hosts) {
    const raw = toHost(name, { host, inventory });
    if ('reason' in raw) skipped.push(raw);
    else found.push(raw);
  }
  return checkHosts(found, skipped);
}

/** By its first line that says something: one of INI form never ends with a colon. */
function isYaml(text: string): boolean {
  const first = text.split(/\r?\n/).find((line) => !/^\uFEFF?\s*(?:[#;].*)?$/.test(line)) ?? '';
  return /^\uFEFF?(?:---|%YAML|\{|plugin:\s|[^\s[=][^=]*:\s*(?:[{&#].*)?$)/.test(first);
}

function toHost(name: string, context: { host: InventoryHost; inventory: Inventory }): RawHost | SkippedHost {
  const { host, inventory } = context;
  const groups = inventory.groupsOf(name);
  const sources = [
    host.variables,
    ...groups.map((group) => inventory.groups.get(group)?.variables ?? (new Map() as Variables)),
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
