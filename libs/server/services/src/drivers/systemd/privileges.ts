import type { Privilege } from '@lockstep/contract';
import { readLoginRights, sudoersLine } from '@lockstep/server-ssh';
import type { DriverHost } from '../service-driver.js';
import { configurationTestOf } from './configuration-tests.js';
import { logParameters } from './unit-log.js';

/** Groups whose members read the whole journal (journalctl(1)). */
const journalGroups = ['systemd-journal', 'adm', 'wheel'];

interface Wanted {
  readonly purpose: Privilege['purpose'];
  readonly service: string;
  readonly program: string;
  readonly parameters: readonly string[];
}

/** What this login needs for the units, and whether it has it without a password. Root needs nothing. */
export async function findPrivileges(host: DriverHost, units: readonly string[]): Promise<Privilege[]> {
  const wanted = units.flatMap(wantedFor);
  const programs = [...new Set(wanted.map(({ program }) => program))];
  const limit = { deadlineMs: host.deadline(20_000), signal: host.signal };
  const rights = await readLoginRights(host.session, { ...limit, programs });
  if (rights.uid === 0) return [];
  return wanted.flatMap(({ purpose, service, program, parameters }) => {
    const path = rights.programs.get(program);
    const isNeeded = purpose !== 'log' || !rights.groups.some((group) => journalGroups.includes(group));
    if (path === undefined || !isNeeded) return [];
    const line = sudoersLine(rights.user, [path, ...parameters]);
    return [{ purpose, service, line, present: rights.mayRun(path, parameters) }];
  });
}

function wantedFor(service: string): Wanted[] {
  const [test, ...testParameters] = configurationTestOf(service) ?? [];
  const restart = {
    purpose: 'restart',
    service,
    program: 'systemctl',
    parameters: ['restart', '--', service],
  } as const;
  const parameters = [...logParameters, `--unit=${service}`];
  return [
    restart,
    ...(test === undefined
      ? []
      : [{ purpose: 'configuration_test', service, program: test, parameters: testParameters } as const]),
    { purpose: 'log', service, program: 'journalctl', parameters },
  ];
}
