import { readdir, readFile } from 'node:fs/promises';

/** Ids of the process and of everything that descends from it, parents first. Read from `/proc`, so Linux only. */
export async function processTree(root: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = await parentOf(entry);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = [root];
  for (const id of tree) tree.push(...(children.get(id) ?? []));
  return tree;
}

/** Sends the signal to the process and its descendants, also to those that are born meanwhile. */
export async function signalTree(root: number, signal: NodeJS.Signals): Promise<void> {
  const told = new Set<number>();
  for (let news = true; news;) {
    const fresh = (await processTree(root)).filter((id) => !told.has(id));
    fresh.forEach((id) => {
      told.add(id);
      signalProcess(id, signal);
    });
    news = fresh.length > 0;
  }
}

/** Sends a signal; a process that has ended meanwhile is not an error. */
export function signalProcess(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch (error) {
    // Not asked by instanceof: inside Jest, Node's own errors are of another realm.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function parentOf(id: string): Promise<number | undefined> {
  const text = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => undefined);
  // The name in parentheses may hold blanks; the state and the parent follow the last one.
  const parent = text?.slice(text.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? undefined : Number(parent);
}
