/** Printed by our scripts themselves where there is no sudo. */
export const noSudoMark = 'lockstep: sudo is not installed';

/** A note of sudo's that keeps it from nothing. */
const harmless = /^sudo: unable to resolve host /;
/** How sudo begins what it says for itself, asked in the C locale. */
const words =
  /^(?:sudo: |Sorry, user |We trust you have received|[^ ]+ (?:is not in the sudoers file|may not run sudo))/;

/**
 * What sudo said when it refused to run a command, or null when the command itself ran and failed: then there are words
 * of the command's own, or none at all.
 */
export function sudoRefusal(stderr: string): string | null {
  if (stderr.includes(noSudoMark)) return 'sudo is not installed.';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !harmless.test(line));
  const [first] = lines;
  if (first === undefined || !words.test(first)) return null;
  return lines.join('\n');
}
