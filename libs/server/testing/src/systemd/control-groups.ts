import { run } from '../process/run.js';

/** Where hierarchies are mounted: version 2 alone, or version 1 with systemd's own two (cgroups(7)). */
const mounts = '/sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified';

/**
 * What starts a program in control groups of its own; `$0` is their name, the parameters are the program. Hosts that share
 * one also share the groups of equally named units: when one stops its unit, it removes the group in which another is just
 * starting its own, and systemd there says 219/CGROUP.
 */
export const inOwnGroups = `for at in ${mounts}; do
  [ -e "$at/cgroup.procs" ] && mkdir -p "$at/$0" && echo $$ >"$at/$0/cgroup.procs"
done 2>/dev/null
exec "$@"`;

/** Removes the groups of a name with all below, from the innermost on. One that is in use stays. */
export async function removeGroups(name: string): Promise<void> {
  const script = `for at in ${mounts}; do
  [ ! -d "$at/$0" ] || find "$at/$0" -depth -type d -exec rmdir {} + 2>/dev/null
done; true`;
  await run(['/bin/sh', '-c', script, name]);
}
