import { ServiceName, ServiceState } from '@lockstep/contract';
import type { ServiceLook } from '../service-driver.js';

const longestDescription = 500;
const longestInvocation = 200;

/** What the list command printed: name, tab, state, tab, description. Lines without a name that can be used are passed over. */
export function readServiceLines(stdout: string): ServiceLook[] {
  return stdout.split('\n').flatMap((line) => {
    const [name = '', state = '', description = ''] = line.replace(/\r$/, '').split('\t');
    if (!ServiceName.safeParse(name).success) return [];
    return [{ ...look(name, state), description: description.trim().slice(0, longestDescription) }];
  });
}

/** What the verify command printed in its last line: the state and, after a tab, a word that differs after each start. */
export function readVerification(name: string, stdout: string): ServiceLook {
  const [state = '', invocation = ''] = (stdout.trim().split('\n').at(-1) ?? '').split('\t');
  return { ...look(name, state), invocation: invocation.trim().slice(0, longestInvocation) || null };
}

function look(name: string, word: string): ServiceLook {
  const { success, data } = ServiceState.safeParse(word.trim().toLowerCase());
  return {
    name,
    description: '',
    state: success ? data : 'unknown',
    subState: success ? null : word.trim().slice(0, 100) || null,
    since: null,
    invocation: null,
  };
}
