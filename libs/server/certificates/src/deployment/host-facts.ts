import { OperationFailure } from '@lockstep/server-operations';
import type { SshSession, StageLimit } from '@lockstep/server-ssh';
import { prepareScript } from './host-scripts.js';

/** Milliseconds for a script that only looks. */
const deadlineMs = 20_000;

/** What a host says about names and its clock. A null: it was not asked, or knows no such name. */
export interface HostFacts {
  readonly uid: number | null;
  readonly gid: number | null;
  /** Seconds since it booted. */
  readonly uptime: number;
}

/** Asks a host; an empty name is not asked for. Errors: OperationFailure COMMAND_FAILED; SshError. */
export async function askHost(
  session: SshSession,
  { owner, group }: { readonly owner: string; readonly group: string },
  limit: StageLimit,
): Promise<HostFacts> {
  const input = `${owner}\n${group}\n`;
  const { stdout, stderr } = await session.runScript({ ...limit, script: prepareScript, input, deadlineMs });
  const read = (name: string): number | null => {
    const found = new RegExp(`^lockstep:${name}=(\\d+)$`, 'm').exec(stdout)?.[1];
    return found === undefined ? null : Number(found);
  };
  const uptime = read('uptime');
  if (uptime === null)
    throw new OperationFailure('COMMAND_FAILED', 'The host did not run a simple shell script.', { hostWords: stderr });
  return { uid: read('uid'), gid: read('gid'), uptime };
}
