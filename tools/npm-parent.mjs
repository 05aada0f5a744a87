import { readFileSync } from 'node:fs';

const lookMilliseconds = 500;

/**
 * Calls back once when the npm that runs this script is gone. npm's signal reaches only the shell between it and us, and
 * none at all when npm is killed; without this a server would go on unseen. Started without npm, nothing is watched:
 * then outliving the parent is what people want (`nohup node tools/start.mjs &`).
 */
export function onNpmGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const before = lineage();
  const timer = setInterval(() => {
    if (lineage() === before) return;
    clearInterval(timer);
    callback();
  }, lookMilliseconds);
  timer.unref();
}

/** Our parent, the shell, and its parent, npm. */
function lineage() {
  return `${process.ppid} ${parentOf(process.ppid)}`;
}

function parentOf(id) {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[1];
  } catch {
    return ''; // Not Linux: the shell alone is watched.
  }
}
