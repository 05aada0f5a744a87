import type { Connection, ConnectionInput } from '@lockstep/contract';
import type { Sshd } from '@lockstep/server-testing';
import type { ApiClient } from './api-client.js';

/** What both a private sshd and a whole systemd host are. */
type Reachable = Pick<Sshd, 'port' | 'username' | 'hostKeyFingerprint'> & {
  readonly user: { readonly privateKey: string };
};

/** A connection to a real sshd with its key approved in advance. */
export function connectTo(
  client: ApiClient,
  sshd: Reachable,
  more: Pick<ConnectionInput, 'name'> & Partial<ConnectionInput>,
): Promise<Connection> {
  return client.createConnection({
    port: sshd.port,
    username: sshd.username,
    credential: { kind: 'private_key', privateKey: sshd.user.privateKey },
    hostKeyFingerprint: sshd.hostKeyFingerprint,
    ...more,
  });
}
