import { Injectable } from '@nestjs/common';
import { CredentialInput } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import { SecretBox, type SecretPlace, SecretUnreadableError } from '@lockstep/server-secrets';
import { PrivateKeyError, SshError, readPrivateKey } from '@lockstep/server-ssh';
import type { EntityManager } from 'typeorm';
import { CredentialEntity } from '../model/credential.entity.js';

/** Where a connection's credential is kept. */
export const placeOf = (connectionId: number): SecretPlace => ({
  table: 'credentials',
  column: 'sealed',
  row: connectionId,
});

/** Credentials, sealed before they are stored and opened only to log in. */
@Injectable()
export class CredentialVault {
  constructor(private readonly box: SecretBox) {}

  /** @throws {ProblemException} KEY_UNREADABLE, saying what is wrong with a private key or its passphrase. */
  assertReadable(credential: CredentialInput): void {
    if (credential.kind === 'password') return;
    try {
      readPrivateKey(credential.privateKey, credential.passphrase);
    } catch (error) {
      if (!(error instanceof PrivateKeyError)) throw error;
      const field = error.problem.startsWith('passphrase') ? 'passphrase' : 'privateKey';
      const errors = [{ path: `body.credential.${field}`, message: error.message }];
      throw new ProblemException('KEY_UNREADABLE', error.message, { errors });
    }
  }

  /** Replaces what the connections log in with. */
  async store(
    transaction: EntityManager,
    connectionIds: readonly number[],
    credential: CredentialInput,
  ): Promise<void> {
    const text = JSON.stringify(credential);
    const rows = connectionIds.map((connectionId) => ({
      connectionId,
      kind: credential.kind,
      sealed: this.box.seal(text, placeOf(connectionId)),
      updatedAt: new Date(),
    }));
    for (let first = 0; first < rows.length; first += 1_000) {
      await transaction.upsert(CredentialEntity, rows.slice(first, first + 1_000), ['connectionId']);
    }
  }

  /** Errors: SshError CREDENTIAL_UNREADABLE when the record does not open or is not what was stored. */
  open(connectionId: number, sealed: Buffer): CredentialInput {
    try {
      return CredentialInput.parse(JSON.parse(this.box.openText(sealed, placeOf(connectionId))));
    } catch (error) {
      const why = error instanceof SecretUnreadableError ? error.message : 'It is not what Lockstep stores.';
      throw new SshError('CREDENTIAL_UNREADABLE', `The stored credential cannot be read. ${why}`, { cause: error });
    }
  }
}
