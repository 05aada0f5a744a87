import type { Duplex } from 'node:stream';
import type { NegotiatedAlgorithms, ServerHostKeyAlgorithm } from 'ssh2';
import { type OfferedHostKey, describeHostKey } from '../keys/fingerprint.js';
import { seconds } from '../network/connect-socket.js';
import { SshError } from '../ssh-error.js';
import { type StageLimit, withinDeadline } from '../within-deadline.js';
import { type Login, LoginAttempt } from './login-attempt.js';
import { SshLink } from './ssh-link.js';
import { SshSession } from './ssh-session.js';

export interface HandshakeRequest {
  readonly transport: Duplex;
  readonly username: string;
  /** Types of keys approved for this host, best first; asked for before others, so that a host with several keys shows that one. */
  readonly knownHostKeyTypes?: readonly string[];
}

/** What was agreed on in the key exchange. */
export interface HandshakeFacts {
  readonly serverSoftware: string;
  readonly hostKeyAlgorithm: string;
  readonly keyExchange: string;
  readonly cipher: string;
}

/** An encrypted link to a host that has proved its key, and to which nobody has logged in yet. */
export class SshHandshake {
  readonly #link: SshLink;
  readonly #attempt: LoginAttempt;

  constructor(
    readonly hostKey: OfferedHostKey,
    readonly facts: HandshakeFacts,
    parts: { link: SshLink; attempt: LoginAttempt },
  ) {
    this.#link = parts.link;
    this.#attempt = parts.attempt;
  }

  /**
   * Logs in: the credential is shown to the host once and never again. The caller has approved the host key.
   * Errors: AUTHENTICATION_FAILED, AUTHENTICATION_TIMEOUT, CONNECTION_LOST.
   */
  async authenticate(login: Login, limit: StageLimit): Promise<SshSession> {
    const { client } = this.#link;
    this.#link.enter('authentication');
    client.on('banner', (message) => this.#attempt.hear(message));
    client.on('change password', (message) => this.#attempt.demandNewPassword(message));
    const timeout = (): SshError =>
      new SshError(
        'AUTHENTICATION_TIMEOUT',
        `The host did not decide about the login within ${seconds(limit.deadlineMs)}.`,
      );
    try {
      await withinDeadline({ ...limit, timeout, giveUp: () => this.destroy() }, () => {
        const ready = new Promise<void>((resolve) => client.once('ready', resolve));
        this.#attempt.begin(login);
        return this.#link.guard(() => Promise.race([ready, this.#attempt.refused]));
      });
    } catch (error) {
      this.destroy();
      throw error;
    }
    this.#link.enter('open');
    return new SshSession(this.#link);
  }

  destroy(): void {
    this.#link.destroy();
  }
}

/**
 * Identification and key exchange (RFC 4253 §4.2, §7). The host has proved that it owns the key when this resolves.
 * Errors: NOT_SSH, KEY_EXCHANGE_FAILED, HOST_KEY_TIMEOUT, CONNECTION_LOST.
 */
export async function exchangeKeys(request: HandshakeRequest, limit: StageLimit): Promise<SshHandshake> {
  const attempt = new LoginAttempt();
  const offered: { key?: Buffer } = {};
  const link = new SshLink({
    transport: request.transport,
    username: request.username,
    hostKeyAlgorithms: preferKnown(request.knownHostKeyTypes ?? []),
    authHandler: attempt.handler,
    // The key is judged after the exchange, when the host's signature has proved that it owns it, and before any login.
    // A later exchange of the same link must show the same key.
    takeHostKey: (key) => (offered.key ??= Buffer.from(key)).equals(key),
  });
  const timeout = (): SshError =>
    new SshError('HOST_KEY_TIMEOUT', `The host did not finish the key exchange within ${seconds(limit.deadlineMs)}.`);
  try {
    const negotiated = await withinDeadline({ ...limit, timeout, giveUp: () => link.destroy() }, () =>
      link.guard(() => new Promise<NegotiatedAlgorithms>((resolve) => link.client.once('handshake', resolve))),
    );
    const hostKey = offered.key && describeHostKey(offered.key);
    if (!hostKey) throw new SshError('KEY_EXCHANGE_FAILED', 'The host showed a key that cannot be read.');
    return new SshHandshake(hostKey, factsOf(link, negotiated), { link, attempt });
  } catch (error) {
    link.destroy();
    throw error;
  }
}

const factsOf = (link: SshLink, negotiated: NegotiatedAlgorithms): HandshakeFacts => ({
  serverSoftware: link.serverSoftware,
  hostKeyAlgorithm: negotiated.serverHostKey,
  keyExchange: negotiated.kex,
  cipher: negotiated.cs.cipher,
});

const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

/** As ssh(1) does it: the algorithms of known keys first. An RSA key signs by three of them (RFC 8332). */
function preferKnown(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string): boolean =>
    types.includes(algorithm) || (algorithm.startsWith('rsa-sha2-') && types.includes('ssh-rsa'));
  return [...hostKeyAlgorithms.filter(isKnown), ...hostKeyAlgorithms.filter((algorithm) => !isKnown(algorithm))];
}
