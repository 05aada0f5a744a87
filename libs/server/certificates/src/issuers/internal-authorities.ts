import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { InternalIssuerSettings } from '@lockstep/contract';
import { notFound } from '@lockstep/server-http';
import { type Authority, issueCertificate, makeAuthority } from '@lockstep/server-pki';
import { SecretBox, type SecretPlace } from '@lockstep/server-secrets';
import { DataSource } from 'typeorm';
import { IssuerEntity } from '../model/issuer.entity.js';

interface Row {
  readonly root: string;
  readonly issuing: string;
  readonly sealed_issuing_key: Buffer;
}

const placeOf = (issuerId: number, column: 'sealed_root_key' | 'sealed_issuing_key'): SecretPlace => ({
  table: 'internal_authorities',
  column,
  row: issuerId,
});

/** The authorities of Lockstep's own. Root and issuing key are made on first use and sealed at once. */
@Injectable()
export class InternalAuthorities {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  /** The root in PEM. @throws {ProblemException} NOT_FOUND */
  async root(issuerId: number): Promise<string> {
    const issuer = await this.dataSource.manager.findOneBy(IssuerEntity, { id: issuerId });
    if (!issuer?.internal) throw notFound('issuer');
    return (await this.rowOf(issuer)).root;
  }

  /** Signs a request. Errors: PkiError for an unsound request, SecretUnreadableError when the key does not open. */
  async issue(
    issuer: IssuerEntity,
    { request, names }: { request: string; names: readonly string[] },
  ): Promise<{ leaf: string; chain: string }> {
    const row = await this.rowOf(issuer);
    const issuingKey = this.box.openText(row.sealed_issuing_key, placeOf(issuer.id, 'sealed_issuing_key'));
    const authority = { issuing: row.issuing, issuingKey };
    const days = settingsOf(issuer).lifetimeDays;
    return { leaf: await issueCertificate({ authority, request, names, days, at: new Date() }), chain: row.issuing };
  }

  /** Opens the issuing key, where one was made, and makes none. Errors: SecretUnreadableError. */
  async assertUsable(issuerId: number): Promise<void> {
    const row = await this.read(issuerId);
    if (row) this.box.openText(row.sealed_issuing_key, placeOf(issuerId, 'sealed_issuing_key'));
  }

  private async rowOf(issuer: IssuerEntity): Promise<Row> {
    return (await this.read(issuer.id)) ?? (await this.make(issuer));
  }

  private async read(issuerId: number): Promise<Row | undefined> {
    const [row] = await this.dataSource.query<Row[]>(
      'SELECT root, issuing, sealed_issuing_key FROM internal_authorities WHERE issuer_id = $1',
      [issuerId],
    );
    return row;
  }

  /** Two that need it at once make two; one is kept, and both use that one. */
  private async make(issuer: IssuerEntity): Promise<Row> {
    const { id, name } = issuer;
    const made = await makeAuthority({ name, permittedNames: settingsOf(issuer).permittedNames, at: new Date() });
    await this.store(id, made);
    const row = await this.read(id);
    if (!row) throw notFound('issuer');
    return row;
  }

  private async store(id: number, { root, rootKey, issuing, issuingKey }: Authority): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO internal_authorities (issuer_id, root, issuing, sealed_root_key, sealed_issuing_key)
       SELECT id, $2, $3, $4, $5 FROM issuers WHERE id = $1 ON CONFLICT DO NOTHING`,
      [
        id,
        root,
        issuing,
        this.box.seal(rootKey, placeOf(id, 'sealed_root_key')),
        this.box.seal(issuingKey, placeOf(id, 'sealed_issuing_key')),
      ],
    );
  }
}

function settingsOf({ name, internal }: IssuerEntity): InternalIssuerSettings {
  if (internal === null) throw new Error(`${name} is no authority of our own`);
  return internal;
}
