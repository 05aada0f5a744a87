/** Unit types that can be started and stopped, in the order in which people mean them. */
const restartableSuffixes = ['service', 'socket', 'timer', 'path', 'mount', 'automount', 'swap', 'target'] as const;
/** Of these, what a list shows: mounts and targets are many, and hardly what is meant by a service. */
export const listedSuffixes = restartableSuffixes.slice(0, 4);

/** Bytes, without the NUL: systemd's UNIT_NAME_MAX is 256 with it (systemd.unit(5) «string and limits»). */
const longest = 255;
const alphabet = /^[A-Za-z0-9:_.\\@-]+$/;

/** Why this is no unit that can be restarted (systemd.unit(5)), in a sentence; null when it can be one. */
export function refuseUnitName(name: string): string | null {
  if (name === '' || !alphabet.test(name)) return 'A unit’s name has letters, digits and : - _ . \\ @ only.';
  if (name.length > longest) return `A unit’s name has at most ${String(longest)} characters.`;
  if (name.startsWith('-')) return 'A unit’s name does not begin with a dash here.';
  const dot = name.lastIndexOf('.');
  const [stem, suffix] = [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
  if (stem === '' || !restartableSuffixes.some((known) => known === suffix)) {
    return `Write the whole name of the unit, which ends in .${restartableSuffixes.join(', .')}.`;
  }
  if (stem.startsWith('@')) return 'A unit’s name does not begin with @.';
  if (stem.endsWith('@')) return 'That is a template: name one of its instances, as in getty@tty1.service.';
  return null;
}

/** Services first, then by name. */
export const compareUnits = (one: string, other: string): number =>
  rank(one) - rank(other) || (one < other ? -1 : one > other ? 1 : 0);

const rank = (name: string): number => restartableSuffixes.findIndex((suffix) => name.endsWith(`.${suffix}`));
