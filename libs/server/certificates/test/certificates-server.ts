import { ConsoleLogger, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { Certificate, Connection, Grants, Operation, Role, Session, User } from '@lockstep/contract';
import { AccessModule, SetupService } from '@lockstep/server-access';
import { ConnectionsModule, type ConnectionsOptions } from '@lockstep/server-connections';
import { DatabaseModule } from '@lockstep/server-database';
import { ProblemFilter } from '@lockstep/server-http';
import { OperationsModule } from '@lockstep/server-operations';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { waitUntil } from '@lockstep/server-testing';
import type { DataSource } from 'typeorm';
import { CertificatesModule } from '../src/index.js';

const administrator = { username: 'ada', password: 'umbrella-tundra-violin' };
const masterKey = MasterKey.parse(MasterKey.generate(), 'test');

interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}
type Unknown = Record<string, never>;

/** Where a login leads: an sshd or a whole host of the tests. */
interface LoginPlace {
  readonly port: number;
  readonly username: string;
  readonly user: { readonly privateKey: string };
  readonly hostKeyFingerprint: string;
}

/** The certificates feature over real HTTP on a real database, with the engine that runs its operations. */
export class CertificatesServer {
  private constructor(
    readonly application: NestExpressApplication,
    private readonly url: string,
    private token: string,
  ) {}

  static async start(
    databaseUrl: string,
    options: Partial<ConnectionsOptions> & { secretBox?: SecretBox } = {},
  ): Promise<CertificatesServer> {
    const { secretBox = new SecretBox(masterKey) } = options;
    @Module({
      imports: [
        ScheduleModule.forRoot(),
        DatabaseModule.forRoot({ url: databaseUrl }),
        AccessModule.forRoot({ secretBox, allowedOrigins: [], administrator }),
        OperationsModule.forRoot({
          workers: 10,
          embedded: false,
          operationRetentionDays: 90,
          logRetentionDays: 14,
          types: ['ssh_test', 'certificate_renewal'],
        }),
        ConnectionsModule.forRoot({ network: { listenHost: '127.0.0.1', listenPort: 43_001 }, ...options }),
        CertificatesModule,
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    })
    class ServerModule {}
    const logger = new ConsoleLogger({ logLevels: ['error', 'fatal'] });
    const application = await NestFactory.create<NestExpressApplication>(ServerModule, { logger, abortOnError: false });
    await application.init();
    await application.get(SetupService).prepareSetup();
    await application.listen(0, '127.0.0.1');
    const server = new CertificatesServer(application, await application.getUrl(), '');
    server.token = await server.signIn(administrator);
    return server;
  }

  get dataSource(): DataSource {
    return this.application.get<DataSource>(getDataSourceToken());
  }

  async call<Body = Unknown>(line: string, body?: unknown, token = this.token): Promise<Reply<Body>> {
    const { status, text } = await this.callText(line, body, token);
    return { status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  async callText(line: string, body?: unknown, token = this.token): Promise<{ status: number; text: string }> {
    const [method = 'GET', path = ''] = line.split(' ');
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** A user with grants, signed in. */
  async addUser(username: string, role: Role, grants: Partial<Grants> = {}): Promise<string> {
    const password = `${username}-walrus-cement-opal`;
    const { body } = await this.call<User>('POST /users', { username, role, password });
    await this.call(`PUT /users/${String(body.id)}/grants`, { connectionIds: [], tags: [], ...grants });
    return this.signIn({ username, password });
  }

  /** A connection, to a place of the tests where one is given. */
  async addConnection(name: string, place?: LoginPlace): Promise<number> {
    const { status, body } = await this.call<Connection>('POST /connections', {
      name,
      host: place ? '127.0.0.1' : 'host.example',
      port: place?.port ?? 22,
      username: place?.username ?? 'deploy',
      credential: place
        ? { kind: 'private_key', privateKey: place.user.privateKey }
        : { kind: 'password', password: 'secret' },
      ...(place && { hostKeyFingerprint: place.hostKeyFingerprint }),
    });
    if (status !== 201) throw new Error(`Making a connection answered ${String(status)} ${JSON.stringify(body)}`);
    return body.id;
  }

  /** A certificate of the internal issuer for `<name>.example`, unless told otherwise. */
  async addCertificate(name: string, input: object = {}): Promise<Certificate> {
    const whole = { name, domains: [`${name}.example`], issuerId: 1, ...input };
    const { status, body } = await this.call<Certificate>('POST /certificates', whole);
    if (status !== 201) throw new Error(`Making a certificate answered ${String(status)} ${JSON.stringify(body)}`);
    return body;
  }

  ended(operationId: string, deadlineMs = 60_000): Promise<Operation> {
    return waitUntil(
      'the operation ends',
      async () => {
        const { body } = await this.call<Operation>(`GET /operations/${operationId}`);
        return body.completedAt === null ? undefined : body;
      },
      deadlineMs,
    );
  }

  stop(): Promise<void> {
    return this.application.close();
  }

  private async signIn(who: { username: string; password: string }): Promise<string> {
    const { status, body } = await this.call<Session>('POST /auth/login', who);
    if (status !== 200) throw new Error(`Sign-in answered ${String(status)} ${JSON.stringify(body)}`);
    return body.accessToken;
  }
}
