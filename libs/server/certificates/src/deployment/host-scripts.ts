import { noSudoMark } from '@lockstep/server-ssh';

/**
 * The scripts that are run on a host. Each is constant text: what differs comes on standard input, in lines, and reaches a
 * program as one whole argument. The first line is the mark by which a demo host knows a script.
 */
const preamble = `export LC_ALL=C
PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"`;

const tooLateMark = 'lockstep: came too late';

/** Owner and group, each in a line that may be empty; tells their numbers and the host's uptime in seconds. */
export const prepareScript = `# lockstep certificates prepare 1
${preamble}
IFS= read -r owner
IFS= read -r group
[ -z "$owner" ] || printf 'lockstep:uid=%s\\n' "$(id -u -- "$owner")"
[ -z "$group" ] || printf 'lockstep:gid=%s\\n' "$(getent group "$group" | cut -d: -f3)"
IFS=' .' read -r up rest </proc/uptime
printf 'lockstep:uptime=%s\\n' "$up"`;

export const planEnd = 'lockstep:end';

/**
 * The host's uptime after which it must not begin any more, a folder, then four lines for each move: verb, given, from, to;
 * and a mark, so that half a plan is none. It is one script and not single requests, because a script runs to its end when
 * whoever asked for it is gone, and no orderly shutdown of the host stops it: key and certificate change together. One at a
 * time in a folder, and a move only while `given` is there: what another script has done meanwhile is not done again.
 * A name is kept by a hard link; where the host refuses that (fs.protected_hardlinks), by moving.
 * Two names of one file are no move: rename(2) would leave both.
 */
export const moveScript = `# lockstep certificates move 2
${preamble}
trap '' HUP INT TERM
IFS= read -r latest
IFS= read -r folder
plan=$(cat)
case $plan in *${planEnd}) ;; *) exit 65 ;; esac
if command -v flock >/dev/null 2>&1; then
  exec 9<"$folder"
  flock 9 || exit 71
fi
IFS=' .' read -r up rest </proc/uptime
[ "$up" -le "$latest" ] || { echo '${tooLateMark}' >&2; exit 75; }
printf '%s\\n' "$plan" | while IFS= read -r verb && IFS= read -r given && IFS= read -r from && IFS= read -r to; do
  [ -e "$given" ] || continue
  case $verb in
    keep) rm -f -- "$to" && { ln -P -- "$from" "$to" 2>/dev/null || mv -fT -- "$from" "$to"; } || exit 73 ;;
    move) if [ "$from" -ef "$to" ]; then rm -f -- "$from"; else mv -fT -- "$from" "$to"; fi || exit 74 ;;
    remove) rm -f -- "$from" || exit 76 ;;
    *) exit 64 ;;
  esac
done`;

/** Text of an administrator's own. */
export const commandScript = `# lockstep certificates command 1
${preamble}
command=$(cat)
eval "$command" </dev/null`;

/** The unit. One that cannot be reloaded is restarted. */
export const reloadScript = `# lockstep certificates reload 1
${preamble}
IFS= read -r unit
program=$(command -v systemctl) || { echo 'This host does not run systemd.' >&2; exit 69; }
[ "$(id -u)" != 0 ] || exec "$program" reload-or-restart -- "$unit" </dev/null
command -v sudo >/dev/null 2>&1 || { echo '${noSudoMark}' >&2; exit 77; }
exec sudo -n "$program" reload-or-restart -- "$unit" </dev/null`;

/**
 * For each folder, in a line: `missing`, `no_folder`, or what this login may do there (of `rwx`) with its owner
 * and mode. The kernel is asked (access(2)), so lists of rights count too, and nothing is written.
 */
export const folderScript = `# lockstep certificates folders 1
${preamble}
while IFS= read -r folder; do
  if [ ! -e "$folder" ]; then echo 'lockstep:folder=missing'; continue; fi
  if [ ! -d "$folder" ]; then echo 'lockstep:folder=no_folder'; continue; fi
  may=
  [ ! -r "$folder" ] || may=r
  [ ! -w "$folder" ] || may=$may"w"
  [ ! -x "$folder" ] || may=$may"x"
  printf 'lockstep:folder=%s %s\\n' "$may" "$(stat -Lc '%U:%G %a' -- "$folder")"
done`;

/** What systemd knows of the unit; changes nothing. */
export const unitScript = `# lockstep certificates unit 1
${preamble}
IFS= read -r unit
exec systemctl show --property=LoadState,ActiveState,CanReload -- "$unit" </dev/null`;
