import { expandRange } from './ansible-words.js';
import { ImportUnreadableError } from './imported-hosts.js';

export type Variables = Map<string, string>;

interface Group {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly variables: Variables;
}

export interface InventoryHost {
  readonly line: number;
  readonly variables: Variables;
}

/** Beyond this a range such as [1:99999999] is a mistake. */
const maximumHosts = 10_000;

/** What an inventory says, whatever form it is written in. */
export class Inventory {
  readonly groups = new Map<string, Group>();
  readonly hosts = new Map<string, InventoryHost>();

  /** Made when it is first named. */
  group(name: string): Group {
    const group = this.groups.get(name) ?? { hosts: new Set(), children: new Set(), variables: new Map() };
    this.groups.set(name, group);
    return group;
  }

  /** Hosts of a name or a range, in a group; their variables. @throws {ImportUnreadableError} for what is neither, with the line */
  addHosts(pattern: string, { line, group }: { line: number; group: string }): Variables[] {
    const names = expandRange(pattern, maximumHosts - this.hosts.size);
    if (names === null)
      throw new ImportUnreadableError(
        `Line ${String(line)}: «${pattern.slice(0, 60)}» is not a host or a range of at most ${String(maximumHosts)}.`,
      );
    return names.map((name) => {
      const host = this.hosts.get(name) ?? { line, variables: new Map() };
      this.hosts.set(name, host);
      this.group(group).hosts.add(name);
      return host.variables;
    });
  }

  /** The groups of a host, nearest first, each once. */
  groupsOf(name: string): string[] {
    const found = [...this.groups].filter(([, group]) => group.hosts.has(name)).map(([groupName]) => groupName);
    for (const current of found) {
      for (const [parent, group] of this.groups)
        if (group.children.has(current) && !found.includes(parent)) found.push(parent);
    }
    return [...found.filter((group) => group !== 'all'), 'all'];
  }
}
