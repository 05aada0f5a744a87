import type { LookFailure } from '@lockstep/contract';
import { SshError } from '@lockstep/server-ssh';

/** Why a look failed, for people. What is no failure of a place, or of the time it was given, is thrown on. */
export function toLookFailure(error: unknown): LookFailure {
  if (error instanceof SshError) return { code: error.code, message: error.message };
  if (error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return { code: 'DEADLINE_EXCEEDED', message: 'There was no time left to look at it.' };
  }
  throw error;
}
