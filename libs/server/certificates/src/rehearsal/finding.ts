import type { FindingTopic, ReadinessFinding } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { SshError } from '@lockstep/server-ssh';

/** The most characters that are kept of what a host said to one thing. */
const mostWords = 1_000;

/** A thing that is looked at. */
export interface Trial {
  readonly topic: FindingTopic;
  readonly tried: string;
}

interface Trouble {
  readonly found: string;
  readonly advice: string;
  readonly hostWords?: string | undefined;
}

export const well = (trial: Trial, found: string): ReadinessFinding => ({
  ...trial,
  state: 'ok',
  found,
  hostWords: null,
  advice: null,
});

export const warning = (trial: Trial, trouble: Trouble): ReadinessFinding => withTrouble(trial, 'warning', trouble);

export const notTried = (trial: Trial, trouble: Trouble): ReadinessFinding => withTrouble(trial, 'not_tried', trouble);

export const blocking = (trial: Trial, trouble: Trouble): ReadinessFinding => withTrouble(trial, 'blocks', trouble);

/** What a renewal would fail with is a finding here; anything else is none. */
export async function findingOf(
  trial: Trial,
  { advice, look }: { advice: string; look: () => Promise<ReadinessFinding | ReadinessFinding[]> },
): Promise<ReadinessFinding[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    if (!(error instanceof SshError) && !(error instanceof OperationFailure)) throw error;
    return [blocking(trial, { found: error.message, advice, hostWords: error.hostWords })];
  }
}

const withTrouble = (
  trial: Trial,
  state: ReadinessFinding['state'],
  { found, advice, hostWords = '' }: Trouble,
): ReadinessFinding => ({
  ...trial,
  state,
  found,
  hostWords: hostWords.trim() === '' ? null : hostWords.trim().slice(0, mostWords),
  advice,
});
