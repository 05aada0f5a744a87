import type { ServiceState } from '@lockstep/contract';
import type { ServiceLook } from '../service-driver.js';

/** `Cisco Tomcat[STARTED]`, `System SSH [STARTED]`, `Cisco DirSync[STOPPED]  Service Not Activated`, `Cisco CDP[ STOPPED ]`. */
const line = /^\s*(\S.*?)\s*\[\s*([A-Z][A-Z ]*?)\s*\]\s*(.*?)\s*$/;

const states: Readonly<Record<string, ServiceState>> = {
  STARTED: 'active',
  RUNNING: 'active',
  STARTING: 'activating',
  STOPPING: 'deactivating',
  STOPPED: 'inactive',
  'NOT ACTIVATED': 'inactive',
  FAILED: 'failed',
};

/** Why a service may be stopped on purpose. Every other reason, such as «Component is not running», is a fault. */
const onPurpose = new Set(['', 'service not activated', 'commanded out of service', 'command out of service']);

/** Reads what `utils service list` printed. Lines around the list, such as «Service Manager is running», have no brackets. */
export function readServiceList(lines: readonly string[]): ServiceLook[] {
  const services = new Map<string, ServiceLook>();
  for (const text of lines) {
    const [, name, word, reason = ''] = line.exec(text) ?? [];
    if (name === undefined || word === undefined) continue;
    services.set(name, toLook(name, { word, reason }));
  }
  return [...services.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function toLook(name: string, { word, reason }: { word: string; reason: string }): ServiceLook {
  const state = states[word] ?? 'unknown';
  const isFault = state === 'inactive' && !onPurpose.has(reason.toLowerCase());
  return {
    name,
    description: '',
    state: isFault ? 'failed' : state,
    subState: reason === '' ? word.toLowerCase() : reason,
    since: null,
    invocation: null,
  };
}
