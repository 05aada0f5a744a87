import { splitWords } from './ansible-words.js';
import { ImportUnreadableError } from './imported-hosts.js';
import { Inventory } from './inventory.js';

/** Reads an inventory in INI form. @throws {ImportUnreadableError} with the line */
export function readIniInventory(text: string): Inventory {
  const inventory = new Inventory();
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
  const group = inventory.group(section.group);
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
  for (const variables of inventory.addHosts(pattern, { line, group: section.group })) {
    for (const assignment of assignments) {
      const at = assignment.indexOf('=');
      if (at > 0) variables.set(assignment.slice(0, at), assignment.slice(at + 1));
    }
  }
}
