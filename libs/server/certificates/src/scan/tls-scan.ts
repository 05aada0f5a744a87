import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { type TLSSocket, connect } from 'node:tls';
import {
  type NetworkPolicy,
  SshError,
  type StageLimit,
  connectSocket,
  resolveHost,
  seconds,
  withinDeadline,
} from '@lockstep/server-ssh';

/** What a port showed in a handshake. */
export interface Shown {
  readonly address: string;
  readonly protocol: string;
  /** As sent, the leaf first. */
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
}

export interface ScanRequest {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  readonly policy: NetworkPolicy;
}

/**
 * Shakes hands with a TLS port and hangs up. Nothing is trusted and nothing is sent: what is shown is the answer.
 * The network policy of connections holds; the name is resolved once and only what was checked is connected to.
 * Errors: SshError NAME_NOT_RESOLVED, NETWORK_NOT_ALLOWED, CONNECTION_REFUSED, HOST_UNREACHABLE, CONNECT_TIMEOUT,
 * TLS_FAILED.
 */
export async function scanTls(request: ScanRequest, limit: StageLimit): Promise<Shown> {
  const route = await resolveHost(request, limit);
  const socket = await connectSocket(route, limit);
  const where = `${request.host} port ${String(request.port)}`;
  const timeout = (): SshError =>
    new SshError('TLS_FAILED', `${where} did not finish the TLS handshake within ${seconds(limit.deadlineMs)}.`);
  try {
    return await withinDeadline({ ...limit, timeout }, () =>
      shakeHands(socket, { where, serverName: request.serverName }),
    );
  } finally {
    socket.destroy();
  }
}

function shakeHands(socket: Socket, { where, serverName }: { where: string; serverName: string }): Promise<Shown> {
  const failure = (words: string, cause?: unknown): SshError =>
    new SshError('TLS_FAILED', `${where} did not finish the TLS handshake: ${words}.`, { cause });
  return new Promise((resolve, reject) => {
    const secured = connect({
      socket,
      // An address is no server name (RFC 6066 §3).
      ...(isIP(serverName) === 0 && { servername: serverName }),
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    secured.once('secureConnect', () => {
      const [leaf, ...others] = chainOf(secured);
      if (!leaf) reject(failure('it showed no certificate'));
      else
        resolve({
          address: socket.remoteAddress ?? '',
          protocol: secured.getProtocol() ?? '',
          chain: [leaf, ...others],
        });
      secured.destroy();
    });
    secured.on('error', (error: Error) => reject(failure(error.message, error)));
    secured.once('close', () => reject(failure('it closed the connection')));
  });
}

/** Node links what was sent: each certificate knows the one that was sent after it. */
function chainOf(secured: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next = secured.getPeerX509Certificate(); next && chain.length < 20; next = next.issuerCertificate)
    chain.push(next);
  return chain;
}
