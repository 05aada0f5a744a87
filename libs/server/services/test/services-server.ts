import type { Connection, ConnectionInput, Operation, StartAnswer } from '@lockstep/contract';
import { ConnectionsModule, type ConnectionsOptions } from '@lockstep/server-connections';
import { FeatureServer, startFeatures } from '@lockstep/server-operations/testing';
import { ServicesModule } from '../src/index.js';

/** Services over real HTTP on a real database, with the engine that runs their restarts. */
export class ServicesServer extends FeatureServer {
  static async start(databaseUrl: string, options: Partial<ConnectionsOptions> = {}): Promise<ServicesServer> {
    const network = { listenHost: '127.0.0.1', listenPort: 42_001 };
    const features = [ConnectionsModule.forRoot({ network, ...options }), ServicesModule];
    return new ServicesServer(await startFeatures({ databaseUrl, types: ['ssh_test', 'service_restart'], features }));
  }

  add(input: ConnectionInput): Promise<Connection> {
    return this.must<Connection>('POST /connections', input);
  }

  /** Starts a restart and waits for its end. */
  async restart(connectionId: number, service: string): Promise<Operation> {
    const path = `POST /connections/${String(connectionId)}/restart-service`;
    return this.ended((await this.must<StartAnswer>(path, { service })).operationId);
  }

  async test(connectionId: number): Promise<Operation> {
    const path = `POST /connections/${String(connectionId)}/test-connection`;
    return this.ended((await this.must<StartAnswer>(path)).operationId);
  }
}
