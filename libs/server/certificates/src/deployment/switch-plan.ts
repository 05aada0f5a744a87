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

/** `keep`: give what is at `from` the name `to` too. `move`: put it there, over what is there. `remove`: take `from` away. */
export interface Move {
  readonly verb: 'keep' | 'move' | 'remove';
  readonly from: string;
  readonly to: string;
}

/** From whatever state a lost worker left: first every backup, then the moves, close together. */
export function planSwitch(looks: readonly LookedAt[]): Move[] {
  const todo = looks.filter(({ state }) => state.live !== 'new');
  const keeps = todo.filter(({ state }) => state.live === 'other');
  return [
    ...keeps.map(({ file }): Move => ({ verb: 'keep', from: file.path, to: file.backup })),
    ...todo.map(({ file }): Move => ({ verb: 'move', from: file.staged, to: file.path })),
  ];
}

/**
 * Everything as it was. A file goes only where there was none before: without a backup nobody knows what else to put there.
 */
export function planRollback(looks: readonly LookedAt[], absentBefore: readonly string[]): Move[] {
  const back = looks.flatMap(({ file, state }): Move[] => {
    if (state.backup) return [{ verb: 'move', from: file.backup, to: file.path }];
    const wasMade = state.live === 'new' && absentBefore.includes(file.path);
    return wasMade ? [{ verb: 'remove', from: file.path, to: '' }] : [];
  });
  const staged = looks.filter(({ state }) => state.staged);
  return [...back, ...staged.map(({ file }): Move => ({ verb: 'remove', from: file.staged, to: '' }))];
}

/** After the new files are verified: nothing of ours stays beside them. */
export const planCleaning = (looks: readonly LookedAt[]): Move[] =>
  looks.flatMap(({ file, state }) => [
    ...(state.backup ? [{ verb: 'remove', from: file.backup, to: '' } as const] : []),
    ...(state.staged ? [{ verb: 'remove', from: file.staged, to: '' } as const] : []),
  ]);
