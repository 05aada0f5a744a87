import { APP_FILTER } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { Role, Session, User } from '@lockstep/contract';
import { DatabaseModule } from '@lockstep/server-database';
import { ProblemFilter } from '@lockstep/server-http';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import type { DataSource } from 'typeorm';
import type { AccessOptions } from './access-options.js';
import { AccessModule } from './access.module.js';
import { SetupService } from './setup/setup.service.js';

/** One master key for all replicas of a test. */
const testMasterKey = MasterKey.parse(MasterKey.generate(), 'test');
export const administrator = { username: 'ada', password: 'umbrella-tundra-violin' };

export interface Call {
  readonly token?: string | undefined;
  readonly cookie?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Reply<Body = Record<string, unknown>> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
  /** The refresh cookie it set; empty when it took it away. */
  readonly cookie: string | undefined;
}

const cookieIn = (headers: Headers): string | undefined =>
  /__Host-lockstep=([^;]*)/.exec(headers.get('set-cookie') ?? '')?.[1];

/** The access module over real HTTP on a real database: one replica. */
export class AccessServer {
  constructor(
    readonly app: NestExpressApplication,
    readonly url: string,
    readonly setupPath: string | undefined,
  ) {}

  get dataSource(): DataSource {
    return this.app.get<DataSource>(getDataSourceToken());
  }

  async call<Body = Record<string, unknown>>(
    line: string,
    { token, cookie, body, headers }: Call = {},
  ): Promise<Reply<Body>> {
    const [method = 'GET', path = ''] = line.split(' ');
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(cookie !== undefined && { cookie: `other=1; __Host-lockstep=${cookie}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Body;
    return { status: response.status, body: answer, headers: response.headers, cookie: cookieIn(response.headers) };
  }

  /** Signs in and answers the access token and the refresh cookie. */
  async signIn(
    who: { username: string; password: string } = administrator,
  ): Promise<{ token: string; cookie: string; user: Session['user'] }> {
    const { status, body, cookie } = await this.call<Session>('POST /auth/login', {
      body: { username: who.username, password: who.password },
    });
    if (status !== 200 || cookie === undefined) throw new Error(`Sign-in answered ${status} ${JSON.stringify(body)}`);
    return { token: body.accessToken, cookie, user: body.user };
  }

  /** Makes a user, signed in. */
  async addUser(
    username: string,
    role: Role,
  ): Promise<{ token: string; cookie: string; user: Session['user']; password: string }> {
    const { token } = await this.signIn();
    const password = `${username}-walrus-cement-opal`;
    const { status, body } = await this.call<User>('POST /users', { token, body: { username, role, password } });
    if (status !== 201) throw new Error(`Making a user answered ${status} ${JSON.stringify(body)}`);
    return { ...(await this.signIn({ username, password })), password };
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** Starts a replica; with the unattended administrator unless told otherwise. */
export async function startAccessServer(
  databaseUrl: string,
  options: Partial<AccessOptions> = {},
): Promise<AccessServer> {
  const testing = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: databaseUrl }),
      AccessModule.forRoot({
        secretBox: new SecretBox(testMasterKey),
        allowedOrigins: ['https://console.example'],
        administrator,
        ...options,
      }),
    ],
    providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
  }).compile();
  const app = testing.createNestApplication<NestExpressApplication>({ logger: ['error', 'warn'] });
  app.set('trust proxy', true);
  try {
    await app.init();
    const setupPath = await app.get(SetupService).prepareSetup();
    await app.listen(0, '127.0.0.1');
    return new AccessServer(app, await app.getUrl(), setupPath);
  } catch (error) {
    await app.close();
    throw error;
  }
}
