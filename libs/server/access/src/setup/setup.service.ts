import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Password, type SetupInput, Username } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import { DataSource, type EntityManager } from 'typeorm';
import { ACCESS_OPTIONS, type AccessOptions } from '../access-options.js';
import { AuditService, systemActor } from '../audit/audit.service.js';
import { type OpenedSession, SessionsService } from '../sessions/sessions.service.js';
import { hashPassword } from '../sign-in/password-hash.js';
import { assertGoodPassword, findPasswordFault } from '../sign-in/password-policy.js';
import { ThrottleService } from '../sign-in/throttle.service.js';
import { UserEntity } from '../users/user.entity.js';

interface SetupRow {
  readonly token_hash: Buffer | null;
  readonly completed_at: Date | null;
}

interface NewAdministrator {
  readonly username: string;
  readonly passwordHash: string;
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** A setting of the unattended administrator that cannot be used, in one sentence. */
export class AdministratorSettingError extends Error {
  override readonly name = 'AdministratorSettingError';
}

/** Making the first administrator: once, by a link that only the one who starts Lockstep has seen, or unattended. */
@Injectable()
export class SetupService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(ACCESS_OPTIONS) private readonly options: AccessOptions,
    private readonly sessions: SessionsService,
    private readonly throttle: ThrottleService,
    private readonly audit: AuditService,
  ) {}

  /**
   * To be called once at each start. Makes the unattended administrator if one is named and none was made before.
   *
   * @returns the path of the one-time link, with a token made now (one of an earlier start is void); `undefined` when
   *   set-up is done.
   * @throws {AdministratorSettingError} when the unattended administrator's name or password cannot be used.
   */
  async prepareSetup(): Promise<string | undefined> {
    const { administrator } = this.options;
    if (administrator !== undefined && (await this.isRequired())) {
      assertUsable(administrator);
      const passwordHash = await hashPassword(administrator.password);
      await this.dataSource.transaction((manager) =>
        this.makeAdministrator(manager, { username: administrator.username, passwordHash }),
      );
    }
    const token = randomBytes(32).toString('base64url');
    const [rows]: [unknown[], number] = await this.dataSource.query(
      'UPDATE setup SET token_hash = $1 WHERE completed_at IS NULL RETURNING id',
      [hashToken(token)],
    );
    return rows.length === 0 ? undefined : `/setup#token=${token}`;
  }

  async isRequired(): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query('SELECT FROM setup WHERE completed_at IS NULL');
    return rows.length > 0;
  }

  /** @throws {ProblemException} GONE for ever after the first time; SETUP_TOKEN_REFUSED, TOO_MANY_REQUESTS, VALIDATION_FAILED. */
  async setUp({ token, username, password }: SetupInput, address: string): Promise<OpenedSession> {
    await this.throttle.assertNotBlocked({ address });
    await this.assertToken(this.dataSource.manager, token, address);
    assertGoodPassword(password, username);
    const passwordHash = await hashPassword(password);
    return this.dataSource.transaction(async (manager) => {
      const userId = await this.makeAdministrator(manager, { username, passwordHash }, token);
      if (userId === undefined) throw new ProblemException('GONE');
      return this.sessions.open(manager, userId);
    });
  }

  private async assertToken(manager: EntityManager, token: string, address: string): Promise<void> {
    const [row]: SetupRow[] = await manager.query('SELECT token_hash, completed_at FROM setup');
    if (row === undefined || row.completed_at !== null) throw new ProblemException('GONE');
    if (fits(row, token)) return;
    await this.throttle.countFailure({ address });
    throw new ProblemException('SETUP_TOKEN_REFUSED');
  }

  /** The lock on the one row of `setup` lets exactly one through. @returns `undefined` when somebody else was first. */
  private async makeAdministrator(
    manager: EntityManager,
    { username, passwordHash }: NewAdministrator,
    token?: string,
  ): Promise<number | undefined> {
    const [row]: SetupRow[] = await manager.query('SELECT token_hash, completed_at FROM setup FOR UPDATE');
    if (row === undefined || row.completed_at !== null) return undefined;
    if (token !== undefined && !fits(row, token)) throw new ProblemException('SETUP_TOKEN_REFUSED');
    const { id } = await manager.save(UserEntity, { username, role: 'administrator', passwordHash, disabled: false });
    await manager.query('UPDATE setup SET token_hash = NULL, completed_at = now()');
    const detail = { username, unattended: token === undefined };
    await this.audit.record(manager, { actor: systemActor, action: 'setup.completed', subject: `user:${id}`, detail });
    return id;
  }
}

const fits = ({ token_hash }: SetupRow, token: string): boolean =>
  token_hash !== null && timingSafeEqual(token_hash, hashToken(token));

function assertUsable({ username, password }: NonNullable<AccessOptions['administrator']>): void {
  if (!Username.safeParse(username).success) {
    throw new AdministratorSettingError(
      'LOCKSTEP_ADMIN_USERNAME may have letters, digits and . _ @ - only, at most 100.',
    );
  }
  const fault = Password.safeParse(password).success
    ? findPasswordFault(password, username)
    : 'must have 12 to 200 characters';
  if (fault !== undefined) throw new AdministratorSettingError(`LOCKSTEP_ADMIN_PASSWORD ${fault}.`);
}
