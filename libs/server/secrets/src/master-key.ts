import { randomBytes } from 'node:crypto';
import { deriveKey } from './derive-key.js';

/** Why a master key cannot be used, in one sentence for the person who starts Lockstep. Never bears the key. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}

/** 32 bytes outside the database that wrap every data key in it. Shows nothing of itself when printed or serialised. */
export class MasterKey {
  /** Names the key without telling anything about it; stands in front of each record it has wrapped. 8 bytes. */
  readonly id: Buffer;
  readonly #wrappingKey: Buffer;

  private constructor(bytes: Buffer) {
    this.id = deriveKey(bytes, 'master key id').subarray(0, 8);
    this.#wrappingKey = deriveKey(bytes, 'data key wrapping');
  }

  /** `source` is where the text came from, for the error's sentence. Takes base64 and base64url, with or without padding. */
  static parse(text: string, source: string): MasterKey {
    const trimmed = text.trim();
    const bytes = Buffer.from(trimmed, 'base64');
    if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed) || bytes.length !== 32) {
      throw new MasterKeyError(`${source} must be 32 bytes in base64; make one with: openssl rand -base64 32`);
    }
    return new MasterKey(bytes);
  }

  /** Text of a new random key, for {@link parse}. */
  static generate(): string {
    return randomBytes(32).toString('base64');
  }

  get wrappingKey(): Buffer {
    return this.#wrappingKey;
  }
}
