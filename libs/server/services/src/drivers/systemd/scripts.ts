import { noSudoMark } from '@lockstep/server-ssh';
import { listedSuffixes } from './unit-name.js';
import { unitProperties } from './unit-properties.js';

/**
 * The scripts that are run on a host. Each is constant text: a unit's name comes on standard input, in a line of its own, and
 * reaches a program as one whole argument. Times are asked for in UTC. The first line is the mark by which a demo host
 * knows a script.
 */
const preamble = `export LC_ALL=C TZ=UTC SYSTEMD_COLORS=0
PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"`;
const show = `systemctl show --property=${unitProperties.join(',')}`;

/** Exit status for a host without systemd. */
export const noSystemd = 69;
const needSystemd = `command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ] || exit ${String(noSystemd)}`;

/** Also what is installed and not loaded at the moment, as a stopped service may be. Templates are no units. */
export const listScript = `# lockstep services list 1
${preamble}
${needSystemd}
set --
while read -r name state rest; do
  case $name in *@.*) continue ;; esac
  case $state in enabled|enabled-runtime|disabled|linked|linked-runtime|indirect) set -- "$@" "$name" ;; esac
done <<EOF
$(systemctl list-unit-files --no-legend --no-pager --full --type=${listedSuffixes.join(',')} 2>/dev/null)
EOF
exec ${show} -- ${listedSuffixes.map((suffix) => `'*.${suffix}'`).join(' ')} "$@"`;

/** The host's clock, then the unit. */
export const lookScript = `# lockstep services look 1
${preamble}
${needSystemd}
IFS= read -r unit
date +%s
exec ${show} -- "$unit"`;

/** Exit status 0: a job of the unit is queued, or a restart of it runs. */
export const workingScript = `# lockstep services working 1
${preamble}
IFS= read -r unit
case $(systemctl show --property=Job -- "$unit") in Job=?*) exit 0 ;; esac
for file in $(printf '%s\\n' "$unit" | grep -slxzFf - /proc/[0-9]*/cmdline); do
  tr '\\0' '\\n' <"$file" 2>/dev/null | grep -qxF restart && exit 0
done
exit 1`;

/** Units that stop and start with those whose names come in lines. */
export const dependentsScript = `# lockstep services dependents 1
${preamble}
set --
while IFS= read -r unit; do set -- "$@" "$unit"; done
exec systemctl show --property=Id,ActiveState,RequiredBy,RequisiteOf,BoundBy,ConsistsOf -- "$@"`;

/** Seconds since the host began. */
export const uptimeScript = `# lockstep services uptime 1
IFS=' .' read -r up rest </proc/uptime && printf '%s\\n' "$up"`;

/** Printed by the restart script itself, which then has done nothing. */
export const tooLateMark = 'lockstep: came too late';

/**
 * Standard input: the unit, then the host's uptime (seconds) after which it must not begin any more. A script that lay in
 * a frozen connection until its operation had ended would otherwise restart the service when nobody expects it.
 */
export const restartScript = `# lockstep services restart 1
${preamble}
IFS= read -r unit
IFS= read -r latest
IFS=' .' read -r up rest </proc/uptime
[ "$up" -le "$latest" ] || { echo '${tooLateMark}' >&2; exit 75; }
program=$(command -v systemctl) || exit ${String(noSystemd)}
[ "$(id -u)" != 0 ] || exec "$program" restart -- "$unit" </dev/null
command -v sudo >/dev/null 2>&1 || { echo '${noSudoMark}' >&2; exit 77; }
exec sudo -n "$program" restart -- "$unit" </dev/null`;

/** Printed by the scripts that need a right or a program which is not there. */
export const notAllowedMark = 'lockstep: not allowed';
export const notInstalledMark = 'lockstep: not installed';

/**
 * The newest lines of a unit's log, with the seconds since 1970 in front. Without a group that may read the journal sudo is asked for
 * exactly this, which therefore has no times among its arguments.
 */
export const logScript = `# lockstep services log 1
${preamble}
IFS= read -r unit
program=$(command -v journalctl) || { echo '${notInstalledMark}' >&2; exit 69; }
set -- --quiet --no-pager --output=short-unix --lines=200 "--unit=$unit"
case "$(id -u) $(id -nG) " in 0\\ *|*\\ systemd-journal\\ *|*\\ adm\\ *|*\\ wheel\\ *) exec "$program" "$@" </dev/null ;; esac
command -v sudo >/dev/null 2>&1 || { echo '${notAllowedMark}' >&2; exit 77; }
sudo -n "$program" "$@" </dev/null 2>/dev/null || { echo '${notAllowedMark}' >&2; exit 77; }`;
