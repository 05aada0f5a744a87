import {
  type Document,
  LineCounter,
  type Node,
  type YAMLMap,
  type YAMLParseError,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
} from 'yaml';
import { ImportUnreadableError } from './imported-hosts.js';
import { Inventory, type Variables } from './inventory.js';

/** Groups within groups, and what an alias leads to, go no deeper. */
const deepest = 32;
/** Entries that are looked at, those behind aliases again each time: a few lines of these can stand for billions. */
const mostEntries = 100_000;
/** Variables without which a host cannot be reached as the inventory says. */
const needed = /^ansible_(?:connection|host|port|user|ssh_(?:host|port|user|common_args|extra_args))$/;

interface Entry {
  readonly key: string;
  readonly line: number;
  readonly value: Node | null;
}

/**
 * Reads an inventory in YAML form (the inventory plugin `yaml` of ansible-core): `hosts`, `children` and `vars` of groups.
 * Variables that are not text, a number or a truth value are passed over; templates stay as they are written.
 * @throws {ImportUnreadableError} with the line
 */
export function readYamlInventory(text: string): Inventory {
  return new YamlInventory(text).read();
}

class YamlInventory {
  private readonly inventory = new Inventory();
  private readonly lines = new LineCounter();
  private readonly contents: Document['contents'];
  private readonly targets: ReadonlyMap<unknown, Node>;
  private entries = 0;

  constructor(text: string) {
    const { document, targets } = parse(text, this.lines);
    const [error] = document.errors;
    if (error) throw this.refuse({ line: this.lines.linePos(error.pos[0]).line }, wordsOf(error));
    this.contents = document.contents;
    this.targets = targets;
  }

  read(): Inventory {
    for (const group of this.entriesOf(this.contents, 'an inventory', 0)) {
      if (group.key === 'plugin')
        throw this.refuse(group, 'an inventory plugin is not run; give what «ansible-inventory --list --yaml» prints.');
      this.takeGroup(group, 1);
    }
    return this.inventory;
  }

  private takeGroup({ key: name, value }: Entry, depth: number): void {
    const group = this.inventory.group(name);
    for (const part of this.entriesOf(value, `the group «${name.slice(0, 60)}»`, depth)) {
      const inside = (): Entry[] => this.entriesOf(part.value, `«${part.key}»`, depth + 1);
      if (part.key === 'vars') this.setVariables([group.variables], inside());
      else if (part.key === 'hosts')
        for (const host of inside()) this.takeHosts(host, { group: name, depth: depth + 2 });
      else if (part.key === 'children') {
        for (const child of inside()) {
          group.children.add(child.key);
          this.takeGroup(child, depth + 2);
        }
      } else throw this.refuse(part, `a group has «hosts», «children» and «vars», not «${part.key.slice(0, 60)}».`);
    }
  }

  private takeHosts(host: Entry, { group, depth }: { group: string; depth: number }): void {
    const variables = this.inventory.addHosts(host.key, { line: host.line, group });
    this.setVariables(variables, this.entriesOf(host.value, `the host «${host.key.slice(0, 60)}»`, depth));
  }

  private setVariables(targets: readonly Variables[], entries: readonly Entry[]): void {
    for (const entry of entries) {
      const value = this.textOf(entry);
      if (value !== null) for (const variables of targets) variables.set(entry.key, value);
    }
  }

  /** Null: nothing that a connection could need. What is encrypted and not needed is only known to be there. */
  private textOf(entry: Entry): string | null {
    const { key, value } = entry;
    const tag = value?.tag;
    if (tag === '!vault' || tag === '!vault-encrypted') {
      if (needed.test(key)) throw this.refuse(entry, `«${key}» is encrypted (!vault), which is not read.`);
      return '(encrypted)';
    }
    if (!isScalar(value) || value.value === null) return null;
    return typeof value.value === 'string' ? value.value : (value.source ?? null);
  }

  /** The entries of a mapping, merged ones (`<<`) first, so that its own win. Nothing there: none. */
  private entriesOf(given: unknown, what: string, depth: number): Entry[] {
    const node = this.resolve(given);
    if (node === null || (isScalar(node) && node.value === null)) return [];
    const line = this.lineOf(given);
    if (depth > deepest) throw this.refuse({ line }, `what is nested more than ${String(deepest)} deep is not read.`);
    if (!isMap(node)) throw this.refuse({ line }, `${what} must be a mapping.`);
    return this.pairsOf(node, { what, depth });
  }

  private pairsOf(map: YAMLMap, { what, depth }: { what: string; depth: number }): Entry[] {
    const merged: Entry[] = [];
    const own: Entry[] = [];
    for (const { key, value } of map.items) {
      this.entries += 1;
      const line = this.lineOf(key);
      if (this.entries > mostEntries) throw this.refuse({ line }, 'with its aliases this is too long.');
      if (!isScalar(key)) throw this.refuse({ line }, `in ${what} a name must be text.`);
      const name = typeof key.value === 'string' ? key.value : (key.source ?? '');
      if (name !== '<<') own.push({ key: name, line, value: this.resolve(value) });
      else {
        const sources = this.resolve(value);
        for (const source of isSeq(sources) ? sources.items : [sources])
          merged.unshift(...this.entriesOf(source, 'what «<<» names', depth + 1));
      }
    }
    return [...merged, ...own];
  }

  private resolve(node: unknown): Node | null {
    if (!isAlias(node)) return node as Node | null;
    const target = this.targets.get(node);
    if (!target) throw this.refuse({ line: this.lineOf(node) }, `the alias «*${node.source}» leads nowhere.`);
    return target;
  }

  private lineOf(node: unknown): number {
    return this.lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  }

  private refuse({ line }: { readonly line: number }, why: string): ImportUnreadableError {
    return new ImportUnreadableError(`Line ${String(line)}: ${why}`);
  }
}

const tooDeep = 'this YAML is nested too deep.';

/** What comes after a semicolon is advice to programmers. */
const wordsOf = ({ code, message }: YAMLParseError): string =>
  code === 'RESOURCE_EXHAUSTION' ? tooDeep : `this is not YAML: ${(message.split(';')[0] ?? '').slice(0, 150)}.`;

/** What each alias stands for: the last that bore its anchor before it. In one go, because the library looks through all for each. */
function aliasTargets(document: Document): Map<unknown, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<unknown, Node>();
  visit(document, {
    Alias: (_key, alias) => {
      const target = anchors.get(alias.source);
      if (target) targets.set(alias, target);
    },
    Value: (_key, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function parse(text: string, lineCounter: LineCounter): { document: Document; targets: ReadonlyMap<unknown, Node> } {
  try {
    // Names that come twice are joined here; to look for them costs the parser the square of their number.
    const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
    return { document, targets: aliasTargets(document) };
  } catch (error) {
    // The library calls itself for what is nested; as a rule it says so by an error of the document.
    if (error instanceof RangeError) throw new ImportUnreadableError(tooDeep);
    throw error;
  }
}
