import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionInput } from '@lockstep/contract';
import { type SshUser, createSshUser, freePort, startSshd } from '@lockstep/server-testing';

/** sshd listens on at most 16 sockets. */
const portsPerDaemon = 16;

export interface FleetHost {
  readonly port: number;
  readonly fingerprint: string;
}

/** Many hosts: real OpenSSH daemons that listen on many loopback ports. */
export interface SshFleet {
  readonly address: string;
  readonly user: SshUser;
  readonly hosts: readonly FleetHost[];
  /** The key of its user, for clients that want a file. */
  readonly keyFile: string;
  /** Connections to each host, its key approved in advance. */
  connections(): ConnectionInput[];
  stop(): Promise<void>;
}

export async function startSshFleet(size: number): Promise<SshFleet> {
  const address = '127.0.0.1';
  const user = await createSshUser();
  const ends: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends) await end();
    await user.remove();
  };
  try {
    const hosts: FleetHost[] = [];
    for (const [first, ...others] of portions(await freePorts(size))) {
      const daemon = await startSshd({
        user,
        address,
        port: first,
        config: others.map((port) => `Port ${String(port)}`),
      });
      ends.push(() => daemon.stop());
      const fingerprint = daemon.hostKeyFingerprint;
      hosts.push(...[daemon.port, ...others].map((port) => ({ port, fingerprint })));
    }
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-bench-key-'));
    ends.push(() => rm(directory, { recursive: true }));
    const keyFile = join(directory, 'key');
    await writeFile(keyFile, user.privateKey, { mode: 0o600 });
    const credential = { kind: 'private_key', privateKey: user.privateKey } as const;
    const toConnection = ({ port, fingerprint }: FleetHost, index: number): ConnectionInput => ({
      name: `host-${String(index + 1)}`,
      host: address,
      port,
      username: user.username,
      credential,
      hostKeyFingerprint: fingerprint,
    });
    return { address, user, hosts, keyFile, connections: () => hosts.map(toConnection), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const portions = (ports: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(ports.length / portsPerDaemon) }, (_, index) =>
    ports.slice(index * portsPerDaemon, (index + 1) * portsPerDaemon),
  );

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
