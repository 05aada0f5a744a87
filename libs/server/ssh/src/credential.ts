import type { CredentialInput } from '@lockstep/contract';
import { PrivateKeyError } from './keys/private-key-error.js';
import { readPrivateKey } from './keys/private-key.js';
import type { ReadyCredential } from './link/login-attempt.js';
import { SshError } from './ssh-error.js';

/** A password, or the text of a private key with its passphrase. */
export type ReadableCredential = CredentialInput;

/** Makes a credential ready to use. Errors: CREDENTIAL_MISSING, CREDENTIAL_UNREADABLE. */
export function readCredential(credential: ReadableCredential | null): ReadyCredential {
  if (credential === null)
    throw new SshError('CREDENTIAL_MISSING', 'No password or private key is stored for this connection.');
  if (credential.kind === 'password') return credential;
  try {
    return { kind: 'private_key', key: readPrivateKey(credential.privateKey, credential.passphrase).key };
  } catch (error) {
    if (error instanceof PrivateKeyError) throw new SshError('CREDENTIAL_UNREADABLE', error.message, { cause: error });
    throw error;
  }
}
