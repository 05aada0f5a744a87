import { ConsoleLogger, Module, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { Grants, Operation, OperationType, Role, Session, User } from '@lockstep/contract';
import { AccessModule, SetupService } from '@lockstep/server-access';
import { DatabaseModule } from '@lockstep/server-database';
import { ProblemFilter } from '@lockstep/server-http';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { waitUntil } from '@lockstep/server-testing';
import type { DataSource } from 'typeorm';
import { OperationsModule } from '../src/index.js';

const administrator = { username: 'ada', password: 'umbrella-tundra-violin' };
const masterKey = MasterKey.parse(MasterKey.generate(), 'test');

export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}
type Unknown = Record<string, never>;

export interface FeatureOptions {
  readonly databaseUrl: string;
  /** The types of operation that the features have handlers for; all unless told. */
  readonly types?: readonly OperationType[];
  readonly features: NonNullable<ModuleMetadata['imports']>;
  readonly secretBox?: SecretBox | undefined;
  /** For tests of outages: errors that are logged are none of the test's. */
  readonly expectsErrors?: boolean;
}

/** Features over real HTTP on a real database, with the engine that runs their operations, and an administrator signed in. */
export class FeatureServer {
  readonly application: NestExpressApplication;
  private readonly url: string;
  private readonly token: string;

  protected constructor(started: { application: NestExpressApplication; url: string; token: string }) {
    this.application = started.application;
    this.url = started.url;
    this.token = started.token;
  }

  get dataSource(): DataSource {
    return this.application.get<DataSource>(getDataSourceToken());
  }

  async call<Body = Unknown>(line: string, body?: unknown, token = this.token): Promise<Reply<Body>> {
    const { status, text } = await this.callText(line, body, token);
    return { status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  async callText(line: string, body?: unknown, token = this.token): Promise<{ status: number; text: string }> {
    return send(this.url, line, { body, token });
  }

  /** @throws with the answer where that is no success */
  async must<Body = Unknown>(line: string, body?: unknown, token?: string): Promise<Body> {
    const reply = await this.call<Body>(line, body, token);
    if (reply.status >= 300) throw new Error(`${line} answered ${String(reply.status)} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  async signIn(who: { username: string; password: string }): Promise<string> {
    return signIn(this.url, who);
  }

  /** A user with grants, signed in. */
  async addUser(username: string, role: Role, grants: Partial<Grants> = {}): Promise<string> {
    const password = `${username}-walrus-cement-opal`;
    const { id } = await this.must<User>('POST /users', { username, role, password });
    await this.must(`PUT /users/${String(id)}/grants`, { connectionIds: [], tags: [], ...grants });
    return this.signIn({ username, password });
  }

  ended(operationId: string, deadlineMs = 90_000): Promise<Operation> {
    return waitUntil(
      'the operation ends',
      async () => {
        const operation = await this.must<Operation>(`GET /operations/${operationId}`);
        return operation.completedAt === null ? undefined : operation;
      },
      deadlineMs,
    );
  }

  stop(): Promise<void> {
    return this.application.close();
  }
}

/** Starts what a server of a feature is made of. */
export async function startFeatures({ databaseUrl, types, features, secretBox, expectsErrors }: FeatureOptions) {
  @Module({
    imports: [
      ScheduleModule.forRoot(),
      DatabaseModule.forRoot({ url: databaseUrl }),
      AccessModule.forRoot({ secretBox: secretBox ?? new SecretBox(masterKey), allowedOrigins: [], administrator }),
      OperationsModule.forRoot({
        ...{ workers: 10, embedded: false, operationRetentionDays: 90, logRetentionDays: 14 },
        ...(types && { types }),
      }),
      ...features,
    ],
    providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
  })
  class ServerModule {}
  const logger = new ConsoleLogger({ logLevels: expectsErrors === true ? ['fatal'] : ['error', 'fatal'] });
  const application = await NestFactory.create<NestExpressApplication>(ServerModule, { logger, abortOnError: false });
  await application.init();
  await application.get(SetupService).prepareSetup();
  await application.listen(0, '127.0.0.1');
  const url = await application.getUrl();
  return { application, url, token: await signIn(url, administrator) };
}

async function signIn(url: string, who: { username: string; password: string }): Promise<string> {
  const { status, text } = await send(url, 'POST /auth/login', { body: who });
  if (status !== 200) throw new Error(`Sign-in answered ${String(status)} ${text}`);
  return (JSON.parse(text) as Session).accessToken;
}

async function send(
  url: string,
  line: string,
  { body, token }: { body: unknown; token?: string },
): Promise<{ status: number; text: string }> {
  const [method = 'GET', path = ''] = line.split(' ');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}
