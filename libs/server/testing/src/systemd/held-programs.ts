import { waitUntil } from '../process/wait-until.js';
import type { SystemdHost } from './systemd-host.js';

/** Where a held program says that it waits; anyone may write there. */
const place = '/run/lockstep-hold';

/** Stands before a program on the search path, waits where it is told to, and then is that program. */
const wrapper = (name: string): string => `#!/bin/sh
while [ -e ${place}/what ]; do
  what=$(cat ${place}/what)
  case "${name} $*" in
    $what) : >${place}/waits; sleep 0.02 ;;
    *) break ;;
  esac
done
exec /usr/bin/${name} "$@"
`;

/** Programs on a host that wait in the middle of what a script does, so that something can go wrong there. */
export class HeldPrograms {
  private constructor(private readonly host: SystemdHost) {}

  /** Wraps programs of `/usr/bin`, by their names. */
  static async install(host: SystemdHost, names: readonly string[]): Promise<HeldPrograms> {
    for (const name of names) {
      const path = `/usr/local/bin/${name}`;
      await host.execute(`cat >${path} <<'END'\n${wrapper(name)}END\nchmod 0755 ${path}`);
    }
    return new HeldPrograms(host);
  }

  /** From now on each that is called like this pattern of the shell waits, for example `mv *.pem`. */
  async hold(pattern: string): Promise<void> {
    await this.host.execute(
      `mkdir -p -m 0777 ${place}; /usr/bin/rm -f ${place}/waits; echo '${pattern}' >${place}/what`,
    );
  }

  /** Resolves once one waits. */
  async caught(): Promise<void> {
    const look = async (): Promise<true | undefined> =>
      (await this.host.execute(`test -e ${place}/waits && echo yes || true`)) === '' ? undefined : true;
    await waitUntil('a program on the host waits', look, 30_000);
  }

  /** All go on, and none waits any more. */
  async letGo(): Promise<void> {
    await this.host.execute(`/usr/bin/rm -f ${place}/what`);
  }
}
