import { randomBytes } from 'node:crypto';
import { MasterKeyError, type SecretBox, SecretUnreadableError, deriveKey } from '@lockstep/server-secrets';
import type { DataSource } from 'typeorm';

const place = { table: 'installation', column: 'sealed_key', row: 1 } as const;

/**
 * The signing keys of this installation, all derived from one random root that is kept in the database, sealed by the
 * master key. So every replica has the same, and a new master key neither signs anyone out nor breaks the audit chain.
 */
export class AccessKeys {
  readonly #root: Buffer;

  constructor(root: Buffer) {
    this.#root = root;
  }

  get accessToken(): Buffer {
    return deriveKey(this.#root, 'access token signature');
  }

  get refreshToken(): Buffer {
    return deriveKey(this.#root, 'refresh token');
  }

  get attemptedName(): Buffer {
    return deriveKey(this.#root, 'attempted user name');
  }

  get audit(): Buffer {
    return deriveKey(this.#root, 'audit chain');
  }

  /**
   * Reads the root, or makes it at the first start; of several first starts one wins.
   *
   * @throws {MasterKeyError} when the master key is not the one that this database was set up with.
   */
  static async load(dataSource: DataSource, secretBox: SecretBox): Promise<AccessKeys> {
    await dataSource.query('INSERT INTO installation (id, sealed_key) VALUES (1, $1) ON CONFLICT DO NOTHING', [
      secretBox.seal(randomBytes(32), place),
    ]);
    const rows: { sealed_key: Buffer }[] = await dataSource.query('SELECT sealed_key FROM installation');
    const sealed = rows[0]?.sealed_key ?? Buffer.alloc(0);
    try {
      const keys = new AccessKeys(secretBox.open(sealed, place));
      await rewrap(dataSource, secretBox, sealed);
      return keys;
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      throw new MasterKeyError(
        'The master key is not the one this database was set up with; give that one as LOCKSTEP_MASTER_KEY or LOCKSTEP_MASTER_KEY_FILE.',
      );
    }
  }
}

/** During the replacement of the master key; of several replicas that do it, any may win. */
async function rewrap(dataSource: DataSource, secretBox: SecretBox, sealed: Buffer): Promise<void> {
  const fresh = secretBox.rewrap(sealed, place);
  if (fresh !== undefined)
    await dataSource.query('UPDATE installation SET sealed_key = $1 WHERE sealed_key = $2', [fresh, sealed]);
}
