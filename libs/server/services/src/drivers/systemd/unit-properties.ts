import { ServiceState } from '@lockstep/contract';
import type { ServiceLook } from '../service-driver.js';

/** What `systemctl show` is asked for (org.freedesktop.systemd1(5)). */
export const unitProperties = [
  'Id',
  'Description',
  'LoadState',
  'ActiveState',
  'SubState',
  'InvocationID',
  'Type',
  'Result',
  'ActiveEnterTimestamp',
  'ActiveExitTimestamp',
  'InactiveEnterTimestamp',
  'InactiveExitTimestamp',
] as const;

export type UnitProperties = ReadonlyMap<string, string>;

/** The blocks that `systemctl show` prints, one for each unit. */
export function readUnits(stdout: string): UnitProperties[] {
  return stdout
    .split(/\n{2,}/)
    .map((block) => new Map(block.split('\n').flatMap(toEntry)))
    .filter((properties) => properties.has('Id'));
}

const toEntry = (line: string): [string, string][] => {
  const equals = line.indexOf('=');
  return equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1)]] : [];
};

/** When it came into the state it is in. */
const sinceProperty: Readonly<Record<ServiceState, string>> = {
  active: 'ActiveEnterTimestamp',
  reloading: 'ActiveEnterTimestamp',
  deactivating: 'ActiveExitTimestamp',
  activating: 'InactiveExitTimestamp',
  inactive: 'InactiveEnterTimestamp',
  failed: 'InactiveEnterTimestamp',
  unknown: '',
};

export function toLook(properties: UnitProperties, at?: Date): ServiceLook {
  const of = (name: string): string => properties.get(name) ?? '';
  // Newer systemd has further states (refreshing, maintenance); they are told as the nearest that everyone knows.
  const word = of('ActiveState') === 'refreshing' ? 'reloading' : of('ActiveState');
  const { success, data } = ServiceState.safeParse(word);
  const state = success ? data : 'unknown';
  return {
    name: of('Id'),
    description: of('Description'),
    state,
    subState: of('SubState') || null,
    since: readTimestamp(of(sinceProperty[state])),
    invocation: of('InvocationID'),
    finished: state === 'inactive' && of('Type') === 'oneshot' && of('Result') === 'success',
    at,
  };
}

/** `Sun 2026-11-22 22:31:00 UTC`, as systemctl prints it with TZ=UTC; null for none. */
export function readTimestamp(text: string): Date | null {
  const [, day, time] = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) UTC$/.exec(text) ?? [];
  return day === undefined || time === undefined ? null : new Date(`${day}T${time}Z`);
}
