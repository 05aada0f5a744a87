/** What this login may do as root: `without_password` where sudo allows it something so, `not_allowed` where it would ask. */
const privileges = ['root', 'without_password', 'not_allowed', 'not_installed'] as const;

export interface ProbeReport {
  /** For `metadata`. */
  readonly facts: Readonly<Record<string, string | number | null>>;
  /** For the step. */
  readonly summary: string;
  /** The lines for people to read. */
  readonly lines: readonly string[];
}

const textKeys = ['user', 'kernel', 'architecture', 'hostName', 'os', 'osId', 'osVersion', 'systemd'] as const;

/** Reads what the probe printed. Null when its end is missing: then it was cut off or the shell is not one. */
export function readProbe(stdout: string): ProbeReport | null {
  const values = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const found = /^lockstep:(\w+)=(.*?)\r?$/.exec(line);
    if (found?.[1] !== undefined) values.set(found[1], (found[2] ?? '').slice(0, 200));
  }
  if (values.get('done') !== 'yes') return null;
  values.delete('done');
  const facts: Record<string, string | number | null> = {};
  for (const key of textKeys) facts[key] = values.get(key) || null;
  const uptime = Number(values.get('uptimeSeconds'));
  facts['uptimeSeconds'] = Number.isSafeInteger(uptime) && values.has('uptimeSeconds') ? uptime : null;
  const sudo = values.get('sudo');
  facts['sudo'] = privileges.find((privilege) => privilege === sudo) ?? null;
  return { facts, summary: summarize(facts), lines: [...values].map(([key, value]) => `${key}: ${value}`) };
}

function summarize(facts: ProbeReport['facts']): string {
  const init = facts['systemd'] === null ? 'no systemd' : `systemd ${String(facts['systemd'])}`;
  const rights: Readonly<Record<string, string>> = {
    root: 'root',
    without_password: 'sudo without a password',
    not_allowed: 'no sudo without a password',
    not_installed: 'no sudo',
  };
  return [facts['os'] ?? facts['kernel'] ?? 'unknown system', init, rights[String(facts['sudo'])] ?? 'no sudo'].join(
    ', ',
  );
}
