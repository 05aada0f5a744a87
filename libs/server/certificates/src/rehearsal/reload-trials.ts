import type { ReadinessFinding, Reload } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { type LoginRights, sudoersLine } from '@lockstep/server-ssh';
import { reloadParameters } from '../deployment/host-commands.js';
import type { HostLink } from '../deployment/host-link.js';
import { unitScript } from '../deployment/host-scripts.js';
import { type Trial, blocking, findingOf, notTried, warning, well } from './finding.js';

/** Whether the server could be told to take up new files. It is not told so. */
export async function tryReload(
  link: HostLink,
  reload: Reload | null,
  rights: LoginRights,
): Promise<ReadinessFinding[]> {
  if (reload === null)
    return [well({ topic: 'reload', tried: 'Reload the server' }, 'The target names nothing to reload.')];
  if ('command' in reload)
    return [
      notTried(
        { topic: 'reload', tried: reload.command },
        {
          found: 'A command of your own is not tried, because that would be doing it.',
          advice: 'Try it on the host once.',
        },
      ),
    ];
  return tryUnit(link, reload.service, rights);
}

function tryUnit(link: HostLink, service: string, rights: LoginRights): Promise<ReadinessFinding[]> {
  const trial: Trial = { topic: 'reload', tried: `Reload ${service} as ${rights.user}` };
  const path = rights.programs.get('systemctl') ?? '/usr/bin/systemctl';
  const parameters = reloadParameters(service);
  return findingOf(trial, {
    advice: 'Correct the service in the certificate.',
    look: async () => {
      const unit = await lookAtUnit(link, service);
      if (unit.get('LoadState') !== 'loaded')
        return blocking(trial, {
          found: `The host has no service ${service} that could be reloaded.`,
          advice: 'Correct the service in the certificate, or install it.',
        });
      if (!rights.mayRun(path, parameters))
        return blocking(trial, {
          found: `This login may not reload ${service} without a password.`,
          advice: `Add this line to sudoers on the host: ${sudoersLine(rights.user, [path, ...parameters])}`,
        });
      return judgeUnit(trial, service, unit);
    },
  });
}

function judgeUnit(trial: Trial, service: string, unit: ReadonlyMap<string, string>): ReadinessFinding {
  if (unit.get('ActiveState') !== 'active')
    return warning(trial, {
      found: `${service} is ${unit.get('ActiveState') ?? 'not known'} now; a renewal would start it.`,
      advice: 'See why it does not run.',
    });
  if (unit.get('CanReload') === 'no')
    return warning(trial, {
      found: `${service} cannot be reloaded, so a renewal restarts it.`,
      advice: 'Choose a time when its clients can bear that.',
    });
  return well(trial, 'It runs, and this login may reload it.');
}

async function lookAtUnit(link: HostLink, service: string): Promise<Map<string, string>> {
  const { code, stdout, stderr } = await link.session.runScript({
    ...link.limit,
    script: unitScript,
    input: `${service}\n`,
  });
  if (code !== 0)
    throw new OperationFailure('COMMAND_FAILED', 'This host does not run systemd.', { hostWords: stderr });
  const lines = stdout.split('\n').map((line) => line.split('='));
  return new Map(lines.map(([name = '', value = '']) => [name, value]));
}
