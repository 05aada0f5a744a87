import type {
  ApiToken,
  Certificate,
  Connection,
  IssuedToken,
  Issuer,
  NotificationChannel,
  RollingRestart,
  Schedule,
  ScheduleRunDetail,
  StartAnswer,
  User,
} from '@lockstep/contract';
import { type LockstepServer, freePort, testAdministrator, waitUntil } from '@lockstep/server-testing';
import { type Visitor, visitors } from '../access-matrix.js';
import { EventTable } from './event-table.js';
import { type SignedIn, openSession, request, requestOk } from './rest-client.js';

const grantedTag = 'granted';
const password = 'harbour-violet-anvil';

const foundFacts = {
  subject: 'CN=shop.example',
  issuer: 'CN=shop.example',
  names: ['shop.example'],
  serialNumber: '1',
  fingerprint: '00',
  keyType: 'ecdsa-p256',
  notBefore: '2026-01-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
};

/** One who comes along. */
export interface Cast {
  readonly visitor: Visitor;
  readonly token?: string | undefined;
  readonly login?: { username: string; password: string } | undefined;
}

/** Two connections, one of which is granted, with an ended operation each; and everyone who may come along. */
export class Stage {
  private serial = 0;
  casts: readonly Cast[] = [];
  grantedId = 0;
  grantedOperationId = '';
  hiddenId = 0;
  grantedCertificateId = 0;
  grantedScheduleId = 0;
  admin = '';

  constructor(readonly server: LockstepServer) {}

  get url(): string {
    return this.server.url;
  }

  async build(): Promise<this> {
    this.admin = (await openSession(this.url, testAdministrator)).token;
    // Its host key is approved, so that a rolling restart does not skip it.
    this.grantedId = await this.addConnection([grantedTag], `SHA256:${'B'.repeat(43)}`);
    this.hiddenId = await this.addConnection(['hidden']);
    this.grantedOperationId = await this.runTest(this.grantedId);
    await this.runTest(this.hiddenId);
    this.grantedCertificateId = await this.addCertificate();
    this.grantedScheduleId = await this.addSchedule();
    this.casts = await Promise.all(visitors.map((visitor) => this.cast(visitor)));
    return this;
  }

  /** A name that nobody has yet. */
  newName(): string {
    this.serial += 1;
    return `thing-${this.serial}`;
  }

  /** A connection that nothing answers on, so that its test ends at once. */
  async addConnection(tags: string[], hostKeyFingerprint?: string): Promise<number> {
    const body = {
      name: this.newName(),
      host: '127.0.0.1',
      port: await freePort(),
      username: 'nobody',
      tags,
      hostKeyFingerprint,
      credential: { kind: 'password', password: 'not-used' },
    };
    return (await requestOk<Connection>(this.url, 'POST /connections', { token: this.admin, body })).id;
  }

  /** A certificate that would be deployed to the granted connection. */
  newCertificate(): object {
    const name = this.newName();
    const paths = { certificatePath: `/etc/ssl/${name}.pem`, keyPath: `/etc/ssl/${name}.key` };
    return { name, domains: [`${name}.example`], issuerId: 1, targets: [{ connectionId: this.grantedId, ...paths }] };
  }

  async addCertificate(): Promise<number> {
    const body = this.newCertificate();
    return (await requestOk<Certificate>(this.url, 'POST /certificates', { token: this.admin, body })).id;
  }

  /** Nothing answers on the granted connection, so what was found there once is written down. */
  async findCertificate(): Promise<number> {
    const table = EventTable.open(this.server.databaseUrl);
    const [row] = await table.query<{ id: number }>(
      `INSERT INTO found_certificates (connection_id, host, port, server_name, place_key, facts, chain, problems,
         not_after, renew_at, seen_at, checked_at)
       VALUES ($1, '127.0.0.1', 1, 'shop.example', $2, $3, '[]', '[]', now() + interval '9 days', now(), now(), now())
       RETURNING id`,
      [this.grantedId, this.newName(), JSON.stringify(foundFacts)],
    );
    await table.close();
    return row?.id ?? 0;
  }

  /** A schedule that is not enabled. */
  newSchedule(where: { tag: string } | { connectionIds: number[] }): object {
    const time = { cron: '0 2 * * *', timeZone: 'Europe/Berlin', enabled: false };
    return { name: this.newName(), type: 'ssh_test', ...time, ...where };
  }

  /** One of the administrator's, for the granted connection. */
  async addSchedule(): Promise<number> {
    const body = this.newSchedule({ connectionIds: [this.grantedId] });
    return (await requestOk<Schedule>(this.url, 'POST /schedules', { token: this.admin, body })).id;
  }

  async runSchedule(): Promise<string> {
    const line = `POST /schedules/${this.grantedScheduleId}/run`;
    return (await requestOk<ScheduleRunDetail>(this.url, line, { token: this.admin })).id;
  }

  async addIssuer(): Promise<number> {
    const body = { name: this.newName(), kind: 'internal' };
    return (await requestOk<Issuer>(this.url, 'POST /issuers', { token: this.admin, body })).id;
  }

  /** A channel that nothing listens behind. */
  newChannel(): object {
    return { name: this.newName(), target: { kind: 'webhook', url: 'http://127.0.0.1:1/' } };
  }

  async addChannel(): Promise<number> {
    const line = 'POST /notification-channels';
    const call = { token: this.admin, body: this.newChannel() };
    return (await requestOk<NotificationChannel>(this.url, line, call)).id;
  }

  /** Runs an ssh_test to its end. */
  async runTest(connectionId: number): Promise<string> {
    const line = `POST /connections/${connectionId}/test-connection`;
    const { operationId } = await requestOk<StartAnswer>(this.url, line, { token: this.admin });
    await waitUntil(`operation ${operationId} ends`, async () => {
      const operation = await requestOk<{ completedAt: string | null }>(this.url, `GET /operations/${operationId}`, {
        token: this.admin,
      });
      return operation.completedAt ?? undefined;
    });
    return operationId;
  }

  /** Nothing answers on these connections, so what a host once told is written for it. */
  async seeService(connectionId: number): Promise<void> {
    const table = EventTable.open(this.server.databaseUrl);
    await table.query(
      `INSERT INTO services (connection_id, name, description, state, place, read_at)
       VALUES ($1, 'nginx.service', '', 'active', 0, now()) ON CONFLICT DO NOTHING`,
      [connectionId],
    );
    await table.close();
  }

  /** A rolling restart of the granted connection, at its end. */
  async endedRollingRestart(): Promise<string> {
    const body = { service: 'nginx.service', connectionIds: [this.grantedId] };
    const { id } = await requestOk<RollingRestart>(this.url, 'POST /rolling-restarts', { token: this.admin, body });
    await waitUntil(`rolling restart ${id} ends`, async () => {
      const line = `GET /rolling-restarts/${id}`;
      const { status } = await requestOk<RollingRestart>(this.url, line, { token: this.admin });
      return status === 'running' ? undefined : status;
    });
    return id;
  }

  async addUser(role: string): Promise<{ id: number; username: string; password: string }> {
    const username = this.newName();
    const body = { username, password, role };
    const { id } = await requestOk<User>(this.url, 'POST /users', { token: this.admin, body });
    return { id, username, password };
  }

  /** An API token of the visitor's own, if they may have one; else one of the administrator's. */
  async ownTokenId({ token, visitor }: Cast): Promise<number> {
    const made = await request(this.url, 'POST /tokens', {
      token: token ?? this.admin,
      body: { name: this.newName() },
    });
    if (made.status === 201) return (made.body as IssuedToken).id;
    if (visitor !== 'viewer token of an administrator')
      throw new Error(`No token for ${visitor}: ${JSON.stringify(made.body)}`);
    // A token revokes its owner's.
    return (await requestOk<ApiToken>(this.url, 'POST /tokens', { token: this.admin, body: { name: this.newName() } }))
      .id;
  }

  freshSession({ login }: Cast): Promise<SignedIn | undefined> {
    return login === undefined ? Promise.resolve(undefined) : openSession(this.url, login);
  }

  private async cast(visitor: Visitor): Promise<Cast> {
    if (visitor === 'anonymous') return { visitor };
    if (visitor === 'administrator') return { visitor, token: this.admin, login: testAdministrator };
    if (visitor === 'viewer token of an administrator') {
      const body = { name: 'viewer', role: 'viewer' };
      return {
        visitor,
        token: (await requestOk<IssuedToken>(this.url, 'POST /tokens', { token: this.admin, body })).token,
      };
    }
    const login = await this.addUser(visitor.startsWith('viewer') ? 'viewer' : 'operator');
    const tags = visitor.endsWith('with grant') ? [grantedTag] : [];
    await requestOk(this.url, `PUT /users/${login.id}/grants`, {
      token: this.admin,
      body: { connectionIds: [], tags },
    });
    return { visitor, token: (await openSession(this.url, login)).token, login };
  }
}
