import type { DeployedFile } from './deployed-file.js';

/** What is on the host where a file shall be. */
export interface FileState {
  readonly live: 'new' | 'other' | 'missing';
  readonly staged: boolean;
  readonly backup: boolean;
}

export interface LookedAt {
  readonly file: DeployedFile;
  readonly state: FileState;
}

/**
 * `keep`: give what is at `from` the name `to` too. `move`: put it there, over what is there. `remove`: take `from` away.
 * Each only while there is something at `given`.
 */
export interface Move {
  readonly verb: 'keep' | 'move' | 'remove';
  readonly given: string;
  readonly from: string;
  readonly to: string;
}

/** The old file, unless the new one was put in its place meanwhile. */
const keep = ({ path, staged, backup }: DeployedFile): Move => ({
  verb: 'keep',
  given: staged,
  from: path,
  to: backup,
});
const move = (from: string, to: string): Move => ({ verb: 'move', given: from, from, to });
const remove = (from: string): Move => ({ verb: 'remove', given: from, from, to: '' });

/** From whatever state a lost worker left: first every backup, then the moves, close together. */
export function planSwitch(looks: readonly LookedAt[]): Move[] {
  const todo = looks.filter(({ state }) => state.live !== 'new');
  const keeps = todo.filter(({ state }) => state.live === 'other');
  return [...keeps.map(({ file }) => keep(file)), ...todo.map(({ file }) => move(file.staged, file.path))];
}

/**
 * Everything as it was; first what a switch that comes late would still move. A file goes only where there was none before:
 * without a backup nobody knows what else to put there.
 */
export function planRollback(looks: readonly LookedAt[], absentBefore: readonly string[]): Move[] {
  const staged = looks.filter(({ state }) => state.staged);
  const back = looks.flatMap(({ file, state }): Move[] => {
    if (state.backup) return [move(file.backup, file.path)];
    return state.live === 'new' && absentBefore.includes(file.path) ? [remove(file.path)] : [];
  });
  return [...staged.map(({ file }) => remove(file.staged)), ...back];
}
