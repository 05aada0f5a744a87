import type { StageLimit } from '../within-deadline.js';
import { SshError } from '../ssh-error.js';
import type { SshSession } from '../link/ssh-session.js';
import { SudoList } from './sudo-list.js';

/** Who logs in, and what this login may do as root. */
export interface LoginRights {
  readonly user: string;
  readonly uid: number;
  readonly groups: readonly string[];
  readonly groupIds: readonly number[];
  /** Where the programs that were asked for are; one that is missing is left out. */
  readonly programs: ReadonlyMap<string, string>;
  /** Whether it may run this as root without a password. Root may. */
  mayRun(path: string, parameters: readonly string[]): boolean;
}

/**
 * Who logs in, where the programs are whose names come in lines, and what sudo would let this login do. Listing runs nothing
 * and is refused where nothing goes without a password (sudoers(5), listpw). The first line is the mark by which a demo host
 * knows it.
 */
export const rightsScript = `# lockstep rights 1
export LC_ALL=C
PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
printf 'lockstep:user=%s\\n' "$(id -un)"
printf 'lockstep:uid=%s\\n' "$(id -u)"
printf 'lockstep:groups=%s\\n' "$(id -nG)"
printf 'lockstep:groupIds=%s\\n' "$(id -G)"
while IFS= read -r name; do printf 'lockstep:program=%s %s\\n' "$name" "$(command -v "$name")"; done
command -v sudo >/dev/null 2>&1 || { echo 'lockstep:sudo=not_installed'; exit 0; }
echo 'lockstep:sudo=listed'
sudo -n -ll </dev/null 2>&1 || echo 'lockstep:sudo=refused'`;

/** Changes nothing on the host. Errors: SshError, COMMAND_FAILED when the host does not tell; the signal's reason. */
export async function readLoginRights(
  session: SshSession,
  { programs, ...limit }: StageLimit & { readonly programs: readonly string[] },
): Promise<LoginRights> {
  const input = programs.map((name) => `${name}\n`).join('');
  const { code, stdout, stderr } = await session.runScript({ ...limit, script: rightsScript, input });
  // Without its number a login must not pass for root.
  if (code === 0 && /^lockstep:uid=\d+$/m.test(stdout)) return toRights(stdout);
  const hostWords = stderr.trim() || stdout.trim().slice(0, 500);
  throw new SshError('COMMAND_FAILED', 'The host did not tell what this login may do.', { hostWords });
}

function toRights(stdout: string): LoginRights {
  const value = (name: string): string => new RegExp(`^lockstep:${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  const found = [...stdout.matchAll(/^lockstep:program=(\S+) (\/\S*)$/gm)];
  const uid = Number(value('uid'));
  const list = SudoList.parse(stdout);
  return {
    user: value('user'),
    uid,
    groups: value('groups').split(' '),
    groupIds: value('groupIds').split(' ').map(Number),
    programs: new Map(found.map(([, name = '', path = '']) => [name, path])),
    mayRun: (path, parameters) => uid === 0 || list.allows(path, parameters),
  };
}
