import { type LockstepServer, startLockstep, testAdministrator } from '@lockstep/server-testing';
import type { Connection } from '@lockstep/contract';
import pg from 'pg';
import { ApiClient } from './api-client.js';
import { type ControlledHost, startControlledHost } from './controlled-host.js';

/** A server of its own for one test file, and the hosts that its tests reach. */
export class World {
  private readonly hosts: ControlledHost[] = [];

  private constructor(
    readonly lockstep: LockstepServer,
    readonly api: ApiClient,
  ) {}

  readonly administrator = testAdministrator;

  static async start(): Promise<World> {
    const lockstep = await startLockstep();
    return new World(lockstep, await ApiClient.signIn(lockstep.url, testAdministrator));
  }

  get url(): string {
    return this.lockstep.url;
  }

  async startHost(): Promise<ControlledHost> {
    const host = await startControlledHost();
    this.hosts.push(host);
    return host;
  }

  /** A connection to the host by its key. `approved`: its host key has been approved already. */
  async connect(
    host: ControlledHost,
    input: { name: string; tags?: string[]; approved?: boolean },
  ): Promise<Connection> {
    const { approved = true, ...rest } = input;
    const connection = await this.api.createConnection({
      ...rest,
      port: host.port,
      username: host.username,
      credential: { kind: 'private_key', privateKey: host.privateKey },
    });
    if (approved) await this.api.approveHostKey(connection.id);
    return connection;
  }

  /** Asks the server's own tables. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.lockstep.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.stop()));
    await this.lockstep.dispose();
  }
}
