import type { Connection, ConnectionInput } from '@lockstep/contract';
import type { Sshd } from '@lockstep/server-testing';
import type { ApiClient } from './api-client.js';

/** A connection to a real sshd with its key approved in advance. */
export function connectTo(
  client: ApiClient,
  sshd: Sshd,
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
