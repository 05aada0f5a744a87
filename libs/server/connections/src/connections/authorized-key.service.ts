import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { AuthorizedKey } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import { SshError, readPrivateKey } from '@lockstep/server-ssh';
import { DataSource } from 'typeorm';
import { CredentialVault } from '../reach/credential-vault.js';
import { ConnectionQueries } from './connection-queries.js';

interface Row {
  readonly sealed: Buffer;
  readonly forwards: boolean;
}

/** Tells what a host's authorized_keys needs for the key that a connection logs in with. */
@Injectable()
export class AuthorizedKeyService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queries: ConnectionQueries,
    private readonly vault: CredentialVault,
  ) {}

  /** @throws {ProblemException} NOT_FOUND, CONFLICT for a password, KEY_UNREADABLE when the key does not open */
  async read(userId: number, connectionId: number): Promise<AuthorizedKey> {
    await this.queries.get(userId, connectionId);
    const [row] = await this.dataSource.query<Row[]>(
      `SELECT sealed, EXISTS (SELECT FROM connections c WHERE c.jump_connection_id = $1 AND c.deleted_at IS NULL) AS forwards
       FROM credentials WHERE connection_id = $1 AND kind = 'private_key'`,
      [connectionId],
    );
    if (!row) throw new ProblemException('CONFLICT', 'It logs in with a password, not with a key.');
    const { fingerprint, key } = this.open(connectionId, row.sealed);
    // Commands and SFTP are all that is done; a host that others are reached through forwards their connections too.
    const options = row.forwards ? 'restrict,port-forwarding' : 'restrict';
    const line = `${options} ${key.type} ${key.getPublicSSH().toString('base64')} lockstep`;
    return { line, fingerprint, forwards: row.forwards };
  }

  private open(connectionId: number, sealed: Buffer): ReturnType<typeof readPrivateKey> {
    try {
      const credential = this.vault.open(connectionId, sealed);
      if (credential.kind !== 'private_key') throw new Error('A credential is of another kind than its row says.');
      return readPrivateKey(credential.privateKey, credential.passphrase);
    } catch (error) {
      if (error instanceof SshError) throw new ProblemException('KEY_UNREADABLE', error.message);
      throw error;
    }
  }
}
