import type { OfferedHostKey } from './keys/fingerprint.js';
import { SshError } from './ssh-error.js';

/** A host key that a person approved. */
export interface ApprovedHostKey {
  readonly algorithm: string;
  readonly fingerprint: string;
}

/**
 * Passes when the offered key is one of those approved.
 * Throws HOST_KEY_UNKNOWN when none is approved yet, HOST_KEY_CHANGED (naming both fingerprints) when others are.
 */
export function judgeHostKey(approved: readonly ApprovedHostKey[], offered: OfferedHostKey): void {
  if (approved.some(({ fingerprint }) => fingerprint === offered.fingerprint)) return;
  if (approved.length === 0) {
    throw new SshError(
      'HOST_KEY_UNKNOWN',
      `The host showed the key ${offered.fingerprint} (${offered.algorithm}), which nobody has approved yet.`,
      { offered },
    );
  }
  const before = approved.map(({ fingerprint }) => fingerprint).join(', ');
  throw new SshError(
    'HOST_KEY_CHANGED',
    `The host showed the key ${offered.fingerprint} (${offered.algorithm}); approved is ${before}.`,
    { offered },
  );
}
