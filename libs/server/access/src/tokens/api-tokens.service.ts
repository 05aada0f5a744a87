import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ApiToken, IssuedToken, TokenInput } from '@lockstep/contract';
import { ProblemException, notFound } from '@lockstep/server-http';
import { DataSource, IsNull } from 'typeorm';
import { type SignedInActor, lesserRole } from '../actor/signed-in-actor.js';
import { AuditService } from '../audit/audit.service.js';
import { hashApiToken, newApiToken } from './api-token-text.js';
import { ApiTokenEntity } from './api-token.entity.js';

const toApiToken = (token: ApiTokenEntity): ApiToken => ({
  id: token.id,
  name: token.name,
  role: token.role,
  createdAt: token.createdAt.toISOString(),
  expiresAt: token.expiresAt?.toISOString() ?? null,
  lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
});

/** API tokens of the one who asks; nobody sees another's. */
@Injectable()
export class ApiTokensService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  async list(actor: SignedInActor): Promise<ApiToken[]> {
    const where = { userId: actor.userId, revokedAt: IsNull() };
    return (await this.dataSource.manager.find(ApiTokenEntity, { where, order: { id: 'ASC' } })).map(toApiToken);
  }

  /** @throws {ProblemException} PERMISSION_DENIED for a role beyond one's own, or when a token asks; VALIDATION_FAILED. */
  async create(actor: SignedInActor, { name, role = actor.role, expiresAt }: TokenInput): Promise<IssuedToken> {
    assertMayIssue(actor, role);
    const token = newApiToken();
    const fields = {
      userId: actor.userId,
      name,
      role,
      tokenHash: hashApiToken(token),
      expiresAt: readExpiry(expiresAt),
    };
    return this.dataSource.transaction(async (manager) => {
      const { id } = await manager.save(ApiTokenEntity, fields);
      const saved = await manager.findOneByOrFail(ApiTokenEntity, { id });
      await this.audit.record(manager, {
        actor,
        action: 'api_token.created',
        subject: `api_token:${id}`,
        detail: { name, role, expiresAt },
      });
      return { ...toApiToken(saved), token };
    });
  }

  /** @throws {ProblemException} NOT_FOUND, also for another's. */
  async revoke(actor: SignedInActor, id: number): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const where = { id, userId: actor.userId, revokedAt: IsNull() };
      const { affected } = await manager.update(ApiTokenEntity, where, { revokedAt: new Date() });
      if (affected !== 1) throw notFound('API token');
      await this.audit.record(manager, { actor, action: 'api_token.revoked', subject: `api_token:${id}` });
    });
  }
}

/** A token that makes tokens would outlive its own revocation. */
function assertMayIssue(actor: SignedInActor, role: ApiToken['role']): void {
  if (actor.kind === 'token')
    throw new ProblemException('PERMISSION_DENIED', 'An API token cannot make API tokens; sign in.');
  if (lesserRole(role, actor.role) !== role) {
    throw new ProblemException('PERMISSION_DENIED', `Your role is ${actor.role}; a token cannot have more.`);
  }
}

function readExpiry(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const expiry = new Date(text);
  if (expiry.getTime() > Date.now()) return expiry;
  const message = 'must be in the future';
  throw new ProblemException('VALIDATION_FAILED', `body.expiresAt: ${message}`, {
    errors: [{ path: 'body.expiresAt', message }],
  });
}
