import { startSystemdHost, type SystemdHost, type SystemdHostOptions } from './systemd-host.js';
import { serviceUnits, startsFile, startsFolder, systemctlWrapper } from './service-units.js';

/** As sudoers(5) writes a unit’s name: an argument is a pattern there, in a language that escapes too. */
const escaped = (unit: string): string => unit.replaceAll('\\', '\\\\\\\\').replaceAll(':', '\\:');

const sudoers = (units: readonly string[]): string[] =>
  units.map((name) => `lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl restart -- ${escaped(name)}`);

/** A real host with services of every temper, and a look behind systemctl. */
export class ServiceHost {
  constructor(readonly host: SystemdHost) {}

  /** How often a unit of ours was started since the boot, by its own note. */
  async starts(unit: string): Promise<number> {
    return Number(await this.host.execute(`cat '${startsFile(unit)}' 2>/dev/null | wc -l`));
  }

  /** Puts a wrapper in front of systemctl that notes the arguments of each restart. */
  async wrapSystemctl(): Promise<void> {
    await this.host.execute(`set -e
cp -a /usr/bin/systemctl /usr/bin/systemctl.real
cat > /usr/bin/systemctl.new <<'END'
${systemctlWrapper}END
chmod 755 /usr/bin/systemctl.new
mv /usr/bin/systemctl.new /usr/bin/systemctl
touch /var/log/lockstep-argv`);
  }

  /** For restarts of one unit. `lie`: exit with 0 and do nothing; `wait`: for 2 s before it; `pass`: do what is asked. */
  async setMode(unit: string, mode: 'lie' | 'wait' | 'pass'): Promise<void> {
    await this.host.execute(`echo ${mode} > '/run/lockstep-mode-${unit}'`);
  }

  /** The arguments of each restart that reached systemctl, since the last call. */
  async takeRestarts(): Promise<string[][]> {
    const text = await this.host.execute('cat /var/log/lockstep-argv; : > /var/log/lockstep-argv');
    return text
      .split('\0\n')
      .slice(0, -1)
      .map((line) => line.split('\0'));
  }

  stop(): Promise<void> {
    return this.host.stop();
  }
}

export interface ServiceHostOptions extends SystemdHostOptions {
  /** Units that the user may restart without a password. */
  mayRestart?: readonly string[];
}

const running = [
  ...['steady', 'other', 'part', 'stubborn', 'immovable', 'with\\x2ddash:1'].map((stem) => `${stem}.service`),
  'refers.target',
];

/** Boots it; its services run. Needs what `startSystemdHost` needs. */
export async function startServiceHost({ mayRestart = [], ...options }: ServiceHostOptions = {}): Promise<ServiceHost> {
  const host = await startSystemdHost({
    ...options,
    sudoers: [...sudoers(mayRestart), ...(options.sudoers ?? [])],
    files: { ...serviceUnits, ...options.files },
  });
  const units = running.map((name) => `'${name}'`).join(' ');
  await host.execute(`mkdir -p -m 777 ${startsFolder}; systemctl start ${units}`);
  return new ServiceHost(host);
}
