import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import type { DemoAnswer } from '@lockstep/server-connections';
import { planEnd } from '../deployment/host-scripts.js';

interface Places {
  readonly given: string;
  readonly from: string;
  readonly to: string;
}

/** What `moveScript` does by `ln`, `mv` and `rm`, with its exit statuses. Nothing comes between: it waits for nothing. */
export const moveFiles: DemoAnswer = async ({ input, folder, say }) => {
  const [latest = '0', , ...plan] = input.trimEnd().split('\n');
  if (plan.pop() !== planEnd) return 65;
  if (Math.floor(process.uptime()) > Number(latest)) {
    await say('lockstep: came too late', 'stderr');
    return 75;
  }
  try {
    for (let next = plan.splice(0, 4); next.length === 4; next = plan.splice(0, 4)) {
      const [verb = '', ...paths] = next;
      const [given = '', from = '', to = ''] = paths.map((path) => folder.at(path));
      if (existsSync(given)) verbs[verb]?.({ given, from, to });
    }
    return 0;
  } catch (error) {
    await say(String((error as { readonly code?: unknown }).code), 'stderr');
    return 74;
  }
};

const verbs: Readonly<Record<string, (places: Places) => void>> = {
  keep: ({ from, to }) => {
    rmSync(to, { force: true });
    linkSync(from, to);
  },
  /** rename(2) leaves both names of one file. */
  move: ({ from, to }) => {
    const there = statSync(to, { throwIfNoEntry: false });
    if (there?.ino === statSync(from).ino) rmSync(from);
    else renameSync(from, to);
  },
  remove: ({ from }) => rmSync(from, { force: true }),
};
