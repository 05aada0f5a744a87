import { randomBytes } from 'node:crypto';
import { ConsoleLogger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { Actor, Operation, OperationEvent, OperationType } from '@lockstep/contract';
import { AccessModule } from '@lockstep/server-access';
import { DatabaseModule } from '@lockstep/server-database';
import { MasterKey, SecretBox } from '@lockstep/server-secrets';
import { jest } from '@jest/globals';
import { waitUntil } from '@lockstep/server-testing';
import type { DataSource } from 'typeorm';
import {
  type OperationContext,
  OperationFeed,
  type OperationHandler,
  OperationHandlerFor,
  OperationQueries,
  type OperationResult,
  OperationsModule,
  OperationsService,
} from '../src/index.js';
import { Retention } from '../src/engine/retention.js';

jest.setTimeout(60_000);

/** Waits until the condition holds, at most 30 s. */
export const until = async (condition: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> => {
  await waitUntil(what, async () => ((await condition()) ? true : undefined), 30_000);
};

type Body = (context: OperationContext) => Promise<OperationResult>;

/** What the handlers of a test do; replaced by each test. */
export interface Script {
  read: Body;
  change: Body;
  reconcile: (context: OperationContext, step: string) => Promise<OperationResult>;
  changeDeadlineMs: number;
}

export const quiet: Script = {
  read: () => Promise.resolve({ message: 'read' }),
  change: () => Promise.resolve({ message: 'changed' }),
  reconcile: () => Promise.reject(new Error('nothing to reconcile in this test')),
  changeDeadlineMs: 30_000,
};

/** The type that changes hosts in these tests. */
export const changing: OperationType = 'service_restart';

export const actor: Actor = { kind: 'user', id: '1', name: 'ada' };

export interface Engine {
  readonly dataSource: DataSource;
  readonly operations: OperationsService;
  readonly queries: OperationQueries;
  readonly feed: OperationFeed;
  readonly retention: Retention;
  readonly told: OperationEvent[];
  start(type?: OperationType, connectionId?: number, target?: string): Promise<Operation>;
  read(id: string): Promise<Operation>;
  ended(id: string): Promise<Operation>;
  events(id: string): Promise<OperationEvent[]>;
  stop(): Promise<void>;
}

const masterKey = MasterKey.parse(randomBytes(32).toString('base64'), 'test');

function handlersFor(script: Script): (new () => OperationHandler)[] {
  @OperationHandlerFor('ssh_test')
  class ReadHandler implements OperationHandler {
    readonly type = 'ssh_test';
    readonly changesHost = false;
    readonly deadlineMs = 30_000;
    readonly steps = [
      { name: 'look', title: 'Look', safety: 'read' as const },
      { name: 'tell', title: 'Tell', safety: 'repeatable' as const },
    ];
    run = (context: OperationContext): Promise<OperationResult> => script.read(context);
  }
  @OperationHandlerFor(changing)
  class ChangeHandler implements OperationHandler {
    readonly type = changing;
    readonly changesHost = true;
    readonly deadlineMs = script.changeDeadlineMs;
    readonly steps = [
      { name: 'before', title: 'Look before', safety: 'repeatable' as const },
      { name: 'act', title: 'Act', safety: 'at_most_once' as const },
      { name: 'after', title: 'Look after', safety: 'repeatable' as const },
    ];
    run = (context: OperationContext): Promise<OperationResult> => script.change(context);
    reconcile = (context: OperationContext, step: string): Promise<OperationResult> => script.reconcile(context, step);
  }
  return [ReadHandler, ChangeHandler];
}

/** An engine of its own on a database: one replica. */
export async function startEngine(
  url: string,
  options: { script?: Script; workers?: number; embedded?: boolean; handlers?: (new () => OperationHandler)[] } = {},
): Promise<Engine> {
  const { script = quiet, workers = 5, embedded = false } = options;
  const types = ['ssh_test', changing] as const;
  @Module({
    imports: [
      ScheduleModule.forRoot(),
      DatabaseModule.forRoot({ url }),
      AccessModule.forRoot({ secretBox: new SecretBox(masterKey), allowedOrigins: [] }),
      OperationsModule.forRoot({ workers, embedded, operationRetentionDays: 90, logRetentionDays: 14, types }),
    ],
    providers: options.handlers ?? handlersFor(script),
  })
  class EngineModule {}
  const logger = new ConsoleLogger({ logLevels: ['error', 'fatal'] });
  const application = await NestFactory.createApplicationContext(EngineModule, { logger, abortOnError: false });
  const queries = application.get(OperationQueries);
  const operations = application.get(OperationsService);
  const feed = application.get(OperationFeed);
  const dataSource = application.get<DataSource>(getDataSourceToken());
  const told: OperationEvent[] = [];
  feed.events.subscribe((event) => told.push(event));
  const read = async (id: string): Promise<Operation> => queries.get(await administratorId(dataSource), id);
  return {
    dataSource,
    operations,
    queries,
    feed,
    retention: application.get(Retention),
    told,
    read,
    start: async (type = 'ssh_test', connectionId = 1, target = '') => {
      const connection = { id: connectionId, name: `host ${String(connectionId)}` };
      return (await operations.start({ type, connection, target, actor, createdBy: 'user' })).operation;
    },
    ended: async (id) => {
      await until(async () => (await read(id)).completedAt !== null);
      return read(id);
    },
    events: (id) => queries.events(id, 0, 10_000),
    stop: () => application.close(),
  };
}

async function administratorId(dataSource: DataSource): Promise<number> {
  const [user] = await dataSource.query<{ id: number }[]>(`SELECT id FROM users WHERE role = 'administrator' LIMIT 1`);
  if (!user) throw new Error('The test database has no administrator');
  return user.id;
}

/** An administrator, and connections 1 to `count`. */
export async function fillDatabase(dataSource: DataSource, count = 3): Promise<void> {
  await dataSource.query(`INSERT INTO users (username, role, password_hash) VALUES ('ada', 'administrator', 'none')`);
  await dataSource.query(
    `INSERT INTO connections (name, host, port, username, platform)
     SELECT 'host ' || n, 'localhost', 22, 'root', 'systemd' FROM generate_series(1, $1::integer) n`,
    [count],
  );
}

/** Resolves when `open` is called; for handlers that wait in the middle. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}
