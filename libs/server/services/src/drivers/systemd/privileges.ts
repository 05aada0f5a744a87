import type { Privilege } from '@lockstep/contract';
import type { DriverHost } from '../service-driver.js';
import { configurationTestOf } from './configuration-tests.js';
import { failed, runOn } from './run-on.js';
import { privilegesScript } from './scripts.js';
import { SudoList } from './sudo-list.js';
import { sudoersLine } from './sudoers-line.js';
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
  const input = programs.map((name) => `${name}\n`).join('');
  const result = await runOn(host, { script: privilegesScript, input, usualMs: 20_000 });
  if (result.code !== 0) throw failed('The host did not tell what this login may do.', result);
  const facts = readFacts(result.stdout);
  if (facts.uid === '0') return [];
  const list = SudoList.parse(result.stdout);
  return wanted.flatMap(({ purpose, service, program, parameters }) => {
    const path = facts.programs.get(program);
    const isNeeded = purpose !== 'log' || !facts.groups.some((group) => journalGroups.includes(group));
    if (path === undefined || !isNeeded) return [];
    const line = sudoersLine(facts.user, [path, ...parameters]);
    return [{ purpose, service, line, present: list.allows(path, parameters) }];
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

function readFacts(stdout: string): { user: string; uid: string; groups: string[]; programs: Map<string, string> } {
  const value = (name: string): string => new RegExp(`^lockstep:${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  const programs = new Map<string, string>();
  for (const [, program, path] of stdout.matchAll(/^lockstep:program=(\S+) (\/\S*)$/gm)) {
    if (program !== undefined && path !== undefined) programs.set(program, path);
  }
  return { user: value('user'), uid: value('uid'), groups: value('groups').split(' '), programs };
}
