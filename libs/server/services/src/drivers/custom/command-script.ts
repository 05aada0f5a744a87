/** First lines of the scripts, by which a demo host knows them. */
const clockMark = '# lockstep commands clock 1';
const commandMark = '# lockstep commands run 1';

/** Printed by the script itself, which then has done nothing. */
export const tooLateMark = 'lockstep: came too late';

/** The host's clock in seconds. */
export const clockScript = `${clockMark}
date +%s`;

/**
 * Runs an administrator's command. Standard input: the second by the host's clock after which it must not begin any more (0:
 * none), the command's length in bytes, the command, and then its own standard input, which is the service's name in one
 * line. So no command line shows any of it. A script that lay in a frozen connection until its operation had ended would
 * otherwise restart the service when nobody expects it.
 */
export const commandScript = `${commandMark}
IFS= read -r latest
IFS= read -r length
[ "$latest" = 0 ] || [ "$(date +%s)" -le "$latest" ] || { echo '${tooLateMark}' >&2; exit 75; }
command=$(dd bs=1 count="$length" 2>/dev/null; printf .)
eval "\${command%.}"`;

/** The input of `commandScript`. */
export function commandInput(command: string, { name, latest = 0 }: { name?: string; latest?: number } = {}): string {
  const own = name === undefined ? '' : `${name}\n`;
  return `${String(latest)}\n${String(Buffer.byteLength(command))}\n${command}${own}`;
}
