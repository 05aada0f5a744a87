import type { ServiceSettings } from '@lockstep/contract';
import { OperationFailure } from '@lockstep/server-operations';
import { NetworkPolicy, SshError, type SshTarget, judgeHostKey, openSshSession } from '@lockstep/server-ssh';
import type { Sshd } from '@lockstep/server-testing';
import type { DriverHost } from '../src/drivers/service-driver.js';
import type { VosHost } from './vos-host.js';

const policy = new NetworkPolicy({ listenHost: '127.0.0.1', listenPort: 42_000 });

/** Where a test logs in. */
export type Door = Pick<SshTarget, 'host' | 'port' | 'username' | 'credential'> & { readonly fingerprint: string };

export const doorOfSshd = (sshd: Sshd): Door => ({
  host: sshd.address,
  port: sshd.port,
  username: sshd.username,
  credential: () => ({ kind: 'private_key', privateKey: sshd.user.privateKey }),
  fingerprint: sshd.hostKeyFingerprint,
});

export const doorOfVos = (host: VosHost): Door => ({
  host: '127.0.0.1',
  port: host.port,
  username: host.username,
  credential: () => ({ kind: 'password', password: host.password }),
  fingerprint: host.fingerprint,
});

export interface DriverHostOptions {
  readonly settings?: Partial<ServiceSettings>;
  readonly signal?: AbortSignal;
  /** The most milliseconds that anything may take. */
  readonly longestMs?: number;
}

/** Logs in for a driver. The test closes `session`. */
export async function openDriverHost(door: Door, options: DriverHostOptions = {}): Promise<DriverHost> {
  const { fingerprint, ...target } = door;
  const signal = options.signal ?? new AbortController().signal;
  const session = await openSshSession(
    {
      ...target,
      name: 'host',
      verifyHostKey: (offered) => judgeHostKey([{ algorithm: 'ssh-ed25519', fingerprint }], offered),
    },
    { policy, signal: new AbortController().signal },
  );
  const settings = { settleSeconds: 5, limitSeconds: null, commands: null, ...options.settings };
  return { session, settings, signal, deadline: (usual) => Math.min(usual, options.longestMs ?? usual) };
}

/** How something failed; it is a failure of the test when it did not. */
export async function failureOf(work: Promise<unknown>): Promise<SshError | OperationFailure> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof SshError || error instanceof OperationFailure) return error;
  throw error as Error;
}
