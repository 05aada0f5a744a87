import { type SystemdHost, startSystemdHost } from '@lockstep/server-testing';
import type { Connection } from '@lockstep/contract';
import { World } from './world.js';

const unit = (description: string, service: string, more = ''): string => `[Unit]
Description=${description}
StartLimitIntervalSec=0
${more}
[Service]
${service}
[Install]
WantedBy=multi-user.target
`;

const units = {
  '/etc/systemd/system/shop.service': unit('Shop front', 'ExecStart=/bin/sleep infinity'),
  '/etc/systemd/system/shop-cache.service': unit(
    'Cache of the shop front',
    'ExecStart=/bin/sleep infinity',
    'PartOf=shop.service',
  ),
  // Slow enough for people to meet while it restarts.
  '/etc/systemd/system/ledger.service': unit(
    'Ledger of all sales',
    `ExecStartPre=/bin/sh -c 'echo opening the books; sleep 4'\nExecStart=/bin/sleep infinity`,
  ),
  // Runs once; started again it dies after a moment, as a service does whose port was taken meanwhile.
  '/etc/systemd/system/mailer.service': unit(
    'Sends what customers are told',
    `ExecStart=/bin/sh -c 'if mkdir /run/mailer-ran; then exec sleep infinity; fi; echo "cannot bind to port 2525: Address already in use" >&2; sleep 1; exit 3'`,
  ),
};
/** On this host the shop front has the mailer's temper. */
const brokenUnits = {
  ...units,
  '/etc/systemd/system/shop.service': units['/etc/systemd/system/mailer.service'].replace(
    'Sends what customers are told',
    'Shop front',
  ),
};
const started = 'shop shop-cache ledger mailer';

/** The login may restart these; of the shop's cache the line is missing. */
const sudoers = ['shop', 'ledger', 'mailer'].map(
  (name) => `lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl restart -- ${name}.service`,
);

/** A server and three whole systemd hosts with services of their own; the shop front of the second one does not come back. */
export class ServiceFleet {
  private constructor(
    readonly world: World,
    private readonly hosts: readonly SystemdHost[],
    readonly connections: readonly Connection[],
  ) {}

  static async start(): Promise<ServiceFleet> {
    const [world, ...hosts] = await Promise.all([
      World.start(),
      startSystemdHost({ files: units, sudoers }),
      startSystemdHost({ files: brokenUnits, sudoers }),
      startSystemdHost({ files: units, sudoers }),
    ]);
    const connections: Connection[] = [];
    for (const [index, host] of hosts.entries()) {
      // Its members read the journal, so no line of sudoers is needed for that.
      await host.execute(`usermod -aG systemd-journal ${host.username}; systemctl start ${started}`);
      connections.push(await connect(world, host, `shop-${index + 1}.example.net`));
    }
    return new ServiceFleet(world, hosts, connections);
  }

  /** The connection to the host in this place. */
  id(place: 0 | 1 | 2): number {
    return this.connections[place]?.id ?? 0;
  }

  /** Runs a shell command on the host in this place, as root. */
  async execute(place: 0 | 1 | 2, command: string): Promise<string> {
    return (await this.hosts[place]?.execute(command)) ?? '';
  }

  async stop(): Promise<void> {
    await Promise.all([this.world.stop(), ...this.hosts.map((host) => host.stop())]);
  }
}

async function connect(world: World, host: SystemdHost, name: string): Promise<Connection> {
  const connection = await world.api.call<Connection>('POST', '/connections', {
    name,
    host: '127.0.0.1',
    port: host.port,
    username: host.username,
    credential: { kind: 'private_key', privateKey: host.user.privateKey },
    hostKeyFingerprint: host.hostKeyFingerprint,
    tags: ['shop', 'production'],
  });
  await world.api.call('PUT', `/connections/${connection.id}/service-settings`, { settleSeconds: 2 });
  return connection;
}
