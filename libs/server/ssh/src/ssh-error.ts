import type { OperationErrorCode } from '@lockstep/contract';
import type { OfferedHostKey } from './keys/fingerprint.js';

/**
 * How a link or a shell ended: the host said goodbye (FIN), the connection was reset (RST), nothing was heard any more, or
 * one channel was closed while the connection lives on.
 */
export type LostBy = 'goodbye' | 'reset' | 'silence' | 'channel';

export interface SshErrorDetails {
  /** What the host itself said (banner, disconnect reason, first line), for people to read; never parsed. */
  readonly hostWords?: string;
  /** A command had been handed to the host: whether it ran to its end is not known. */
  readonly afterRequest?: boolean;
  /** The link was dropped before the server had named itself, as sshd does beyond MaxStartups: safe to try again. */
  readonly beforeIdentification?: boolean;
  /** What an SFTP request was answered with (draft-ietf-secsh-filexfer-02 §7). */
  readonly sftpStatus?: number;
  /** The host key that was not approved. */
  readonly offered?: OfferedHostKey;
  /** With CONNECTION_LOST, where it is known. */
  readonly lostBy?: LostBy;
  readonly cause?: unknown;
}

/** Every failure of this library, with the contract's permanent code. `message` is a sentence for people. */
export class SshError extends Error {
  override readonly name = 'SshError';
  readonly hostWords: string | undefined;
  readonly offered: OfferedHostKey | undefined;
  readonly sftpStatus: number | undefined;
  readonly afterRequest: boolean;
  readonly beforeIdentification: boolean;
  readonly lostBy: LostBy | undefined;

  constructor(
    readonly code: OperationErrorCode,
    message: string,
    details: SshErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.hostWords = details.hostWords;
    this.offered = details.offered;
    this.sftpStatus = details.sftpStatus;
    this.afterRequest = details.afterRequest ?? false;
    this.beforeIdentification = details.beforeIdentification ?? false;
    this.lostBy = details.lostBy;
  }
}

/** Host text made fit to keep and show: no control characters but newlines, at most `maximum` characters. */
export function cleanHostWords(text: string, maximum = 2_000): string {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '�')
    .trim();
  return plain.length > maximum ? `${plain.slice(0, maximum)}…` : plain;
}
