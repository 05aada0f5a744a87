import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { MasterKey } from './master-key.js';

/** Where a secret is kept. It opens there and nowhere else, so that a record copied to another row is refused. */
export interface SecretPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string | number;
}

/** A secret that does not open: wrapped by a key that is not here, damaged, changed, or moved from another place. */
export class SecretUnreadableError extends Error {
  override readonly name = 'SecretUnreadableError';

  constructor(
    readonly reason: 'unknown_key' | 'damaged',
    place: SecretPlace,
  ) {
    const why = reason === 'unknown_key' ? 'was wrapped by another master key' : 'is damaged or was moved';
    super(`The secret in ${place.table}.${place.column} of ${place.row} ${why}.`);
  }
}

const version = 1;
const sizes = { version: 1, keyId: 8, nonce: 12, dataKey: 32, tag: 16 };
const wrappedSize = sizes.nonce + sizes.dataKey + sizes.tag;
const headerSize = sizes.version + sizes.keyId;

/**
 * AES-256-GCM (NIST SP 800-38D) with a data key for each record, wrapped by the master key.
 *
 * Format 1: version (1 byte) · id of the master key (8) · wrapped data key: nonce (12), key (32), tag (16) ·
 * secret: nonce (12), ciphertext, tag (16). Table, column and row are the additional data of both parts.
 */
export class SecretBox {
  readonly #current: MasterKey;
  readonly #keys: readonly MasterKey[];

  /** `previous` keys still open what they have wrapped; nothing new is wrapped by them. */
  constructor(current: MasterKey, previous: readonly MasterKey[] = []) {
    this.#current = current;
    this.#keys = [current, ...previous];
  }

  seal(plaintext: string | Uint8Array, place: SecretPlace): Buffer {
    const dataKey = randomBytes(sizes.dataKey);
    const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext;
    return Buffer.concat([this.#wrap(dataKey, place), encrypt(dataKey, bytes, place)]);
  }

  /** @throws {SecretUnreadableError} */
  open(sealed: Uint8Array, place: SecretPlace): Buffer {
    const { dataKey, rest } = this.#unwrap(Buffer.from(sealed), place);
    return decrypt(dataKey, rest, place);
  }

  /** Like {@link open}, as UTF-8. */
  openText(sealed: Uint8Array, place: SecretPlace): string {
    return this.open(sealed, place).toString('utf8');
  }

  /**
   * The same secret, its data key wrapped by the current master key; `undefined` when it is already. The secret itself is
   * not opened, so that a rotation never has it in memory.
   */
  rewrap(sealed: Uint8Array, place: SecretPlace): Buffer | undefined {
    const { dataKey, rest, keyId } = this.#unwrap(Buffer.from(sealed), place);
    return keyId.equals(this.#current.id) ? undefined : Buffer.concat([this.#wrap(dataKey, place), rest]);
  }

  /** Whether the record is wrapped by a master key that is being replaced. */
  isStale(sealed: Uint8Array): boolean {
    return !this.#current.id.equals(sealed.subarray(sizes.version, headerSize));
  }

  #wrap(dataKey: Buffer, place: SecretPlace): Buffer {
    const header = Buffer.concat([Buffer.of(version), this.#current.id]);
    return Buffer.concat([header, encrypt(this.#current.wrappingKey, dataKey, place)]);
  }

  #unwrap(sealed: Buffer, place: SecretPlace): { dataKey: Buffer; rest: Buffer; keyId: Buffer } {
    const smallest = headerSize + wrappedSize + sizes.nonce + sizes.tag;
    if (sealed.length < smallest || sealed[0] !== version) throw new SecretUnreadableError('damaged', place);
    const keyId = sealed.subarray(sizes.version, headerSize);
    const key = this.#keys.find((candidate) => candidate.id.equals(keyId));
    if (key === undefined) throw new SecretUnreadableError('unknown_key', place);
    const dataKey = decrypt(key.wrappingKey, sealed.subarray(headerSize, headerSize + wrappedSize), place);
    return { dataKey, rest: sealed.subarray(headerSize + wrappedSize), keyId };
  }
}

/** JSON keeps the parts apart, whatever characters they have. */
const additionalData = ({ table, column, row }: SecretPlace): Buffer =>
  Buffer.from(JSON.stringify([version, table, column, String(row)]), 'utf8');

function encrypt(key: Buffer, plaintext: Uint8Array, place: SecretPlace): Buffer {
  const nonce = randomBytes(sizes.nonce);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: sizes.tag }).setAAD(additionalData(place));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, place: SecretPlace): Buffer {
  const nonce = sealed.subarray(0, sizes.nonce);
  const tag = sealed.subarray(sealed.length - sizes.tag);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: sizes.tag });
  decipher.setAAD(additionalData(place)).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(sizes.nonce, sealed.length - sizes.tag)), decipher.final()]);
  } catch {
    throw new SecretUnreadableError('damaged', place);
  }
}
