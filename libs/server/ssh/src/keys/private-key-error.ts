export type PrivateKeyProblem = 'passphrase_missing' | 'passphrase_wrong' | 'public_key' | 'unsupported' | 'unreadable';

/** Why a private key cannot be used. `message` is a sentence for the person who pasted it. */
export class PrivateKeyError extends Error {
  override readonly name = 'PrivateKeyError';

  constructor(
    readonly problem: PrivateKeyProblem,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

export const passphraseMissing = (): PrivateKeyError =>
  new PrivateKeyError('passphrase_missing', 'The private key is encrypted; give its passphrase.');

export const passphraseWrong = (cause?: unknown): PrivateKeyError =>
  new PrivateKeyError('passphrase_wrong', 'The passphrase does not open this private key.', cause);

export const damaged = (cause?: unknown): PrivateKeyError =>
  new PrivateKeyError('unreadable', 'The private key is damaged or incomplete; paste the whole file.', cause);

export const unsupportedKey = (what: string): PrivateKeyError =>
  new PrivateKeyError('unsupported', `${what} is not supported; use an Ed25519, ECDSA or RSA key.`);
