import { ConsoleLogger, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ScheduleModule } from '@nestjs/schedule';
import type { Connection, ConnectionInput, Operation, Session, StartAnswer } from '@lockstep/contract';
import { AccessModule, SetupService } from '@lockstep/server-access';
import { ConnectionsModule, type ConnectionsOptions } from '@lockstep/server-connections';
import { DatabaseModule } from '@lockstep/server-database';
import { ProblemFilter } from '@lockstep/server-http';
import { OperationsModule } from '@lockstep/server-operations';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { waitUntil } from '@lockstep/server-testing';
import { ServicesModule } from '../src/index.js';

const administrator = { username: 'ada', password: 'umbrella-tundra-violin' };
const masterKey = MasterKey.parse(MasterKey.generate(), 'test');

/** Services over real HTTP on a real database, with the engine that runs their restarts. */
export class ServicesServer {
  private token = '';

  private constructor(
    readonly application: NestExpressApplication,
    private readonly url: string,
  ) {}

  static async start(databaseUrl: string, options: Partial<ConnectionsOptions> = {}): Promise<ServicesServer> {
    @Module({
      imports: [
        ScheduleModule.forRoot(),
        DatabaseModule.forRoot({ url: databaseUrl }),
        AccessModule.forRoot({ secretBox: new SecretBox(masterKey), allowedOrigins: [], administrator }),
        OperationsModule.forRoot({
          workers: 10,
          embedded: false,
          operationRetentionDays: 90,
          logRetentionDays: 14,
          types: ['ssh_test', 'service_restart'],
        }),
        ConnectionsModule.forRoot({ network: { listenHost: '127.0.0.1', listenPort: 42_001 }, ...options }),
        ServicesModule,
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    })
    class ServerModule {}
    const logger = new ConsoleLogger({ logLevels: ['error', 'fatal'] });
    const application = await NestFactory.create<NestExpressApplication>(ServerModule, { logger, abortOnError: false });
    await application.init();
    await application.get(SetupService).prepareSetup();
    await application.listen(0, '127.0.0.1');
    const server = new ServicesServer(application, await application.getUrl());
    server.token = (await server.call<Session>('POST /auth/login', administrator)).accessToken;
    return server;
  }

  /** @throws with the answer where that is no success */
  async call<Body>(line: string, body?: unknown): Promise<Body> {
    const [method = 'GET', path = ''] = line.split(' ');
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${line} answered ${String(response.status)} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Body;
  }

  add(input: ConnectionInput): Promise<Connection> {
    return this.call<Connection>('POST /connections', input);
  }

  /** Starts a restart and waits for its end. */
  async restart(connectionId: number, service: string): Promise<Operation> {
    const path = `POST /connections/${String(connectionId)}/restart-service`;
    return this.ended((await this.call<StartAnswer>(path, { service })).operationId);
  }

  async test(connectionId: number): Promise<Operation> {
    const path = `POST /connections/${String(connectionId)}/test-connection`;
    return this.ended((await this.call<StartAnswer>(path)).operationId);
  }

  ended(operationId: string): Promise<Operation> {
    return waitUntil(
      'the operation ends',
      async () => {
        const operation = await this.call<Operation>(`GET /operations/${operationId}`);
        return operation.completedAt === null ? undefined : operation;
      },
      90_000,
    );
  }

  stop(): Promise<void> {
    return this.application.close();
  }
}
