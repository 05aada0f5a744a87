import { type LookupFunction, type Socket, connect } from 'node:net';
import { SshError } from '../ssh-error.js';
import { type StageLimit, withinDeadline } from '../within-deadline.js';
import type { ResolvedHost } from './resolve-host.js';

/** Milliseconds before the next address of the same name is tried beside the first (RFC 8305 §5). */
const nextAddressAfterMs = 1_000;

/**
 * Opens the TCP connection to one of the addresses that were resolved and checked; the name is not looked up again.
 * Nagle's algorithm is off from the start: with it every command costs up to 90 ms more.
 * Errors: CONNECTION_REFUSED, HOST_UNREACHABLE, CONNECT_TIMEOUT, CONNECTION_LOST.
 */
export function connectSocket(route: ResolvedHost, limit: StageLimit): Promise<Socket> {
  const socket = connect({
    host: route.host,
    port: route.port,
    lookup: checkedLookup(route),
    autoSelectFamily: route.addresses.length > 1,
    autoSelectFamilyAttemptTimeout: nextAddressAfterMs,
    noDelay: true,
  });
  const where = `${route.host} port ${String(route.port)}`;
  return withinDeadline(
    {
      ...limit,
      timeout: () => new SshError('CONNECT_TIMEOUT', `${where} did not answer within ${seconds(limit.deadlineMs)}.`),
      giveUp: () => socket.destroy(),
    },
    () =>
      new Promise<Socket>((resolve, reject) => {
        socket.once('connect', () => {
          socket.setNoDelay(true);
          resolve(socket);
        });
        // Stays for the socket's whole life: an unheard `error` event would end the process.
        socket.on('error', (error: NodeJS.ErrnoException) => reject(connectFailure(where, error)));
      }),
  );
}

/** Answers Node's own look-up with the checked addresses, so that a changing name cannot lead elsewhere. */
const checkedLookup =
  (route: ResolvedHost): LookupFunction =>
  (_hostname, options, callback) => {
    const [first] = route.addresses;
    if (options.all) callback(null, [...route.addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };

function connectFailure(where: string, error: NodeJS.ErrnoException): SshError {
  const first = 'errors' in error ? ((error as AggregateError).errors.at(-1) as NodeJS.ErrnoException) : error;
  const details = { cause: error };
  switch (first.code) {
    case 'ECONNREFUSED':
      return new SshError('CONNECTION_REFUSED', `${where} refused the connection.`, details);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EACCES':
    case 'EPERM':
      return new SshError('HOST_UNREACHABLE', `There is no way to ${where} (${first.code}).`, details);
    case 'ETIMEDOUT':
      return new SshError('CONNECT_TIMEOUT', `${where} did not answer.`, details);
    default:
      return new SshError(
        'CONNECTION_LOST',
        `The connection to ${where} broke (${first.code ?? first.message}).`,
        details,
      );
  }
}

/** "5 s", "1.5 s". */
export const seconds = (milliseconds: number): string => `${String(Math.round(milliseconds / 100) / 10)} s`;
