import type { Connection, ConnectionInput, HostKeys, Operation, StartAnswer } from '@lockstep/contract';
import { FeatureServer, startFeatures } from '@lockstep/server-operations/testing';
import type { SecretBox } from '@lockstep/server-secrets';
import type { Sshd } from '@lockstep/server-testing';
import { ConnectionsModule, type ConnectionsOptions } from '../src/index.js';

/** The connections feature over real HTTP on a real database, with the engine that runs its tests. */
export class ConnectionsServer extends FeatureServer {
  static async start(
    databaseUrl: string,
    options: Partial<ConnectionsOptions> & { secretBox?: SecretBox } = {},
  ): Promise<ConnectionsServer> {
    const network = { listenHost: '127.0.0.1', listenPort: 43_001 };
    const features = [ConnectionsModule.forRoot({ network, ...options })];
    return new ConnectionsServer(
      await startFeatures({ databaseUrl, types: ['ssh_test'], features, secretBox: options.secretBox }),
    );
  }

  async add(input: Partial<ConnectionInput> & { name: string }): Promise<Connection> {
    const whole = {
      host: 'host.example',
      username: 'deploy',
      credential: { kind: 'password', password: 'secret' },
      ...input,
    };
    return this.must<Connection>('POST /connections', whole);
  }

  /** A connection to a real sshd, with its user's key and its host key approved unless told otherwise. */
  addSshd(name: string, sshd: Sshd, input: Partial<ConnectionInput> = {}): Promise<Connection> {
    return this.add({
      name,
      host: sshd.address,
      port: sshd.port,
      username: sshd.username,
      credential: { kind: 'private_key', privateKey: sshd.user.privateKey },
      hostKeyFingerprint: sshd.hostKeyFingerprint,
      ...input,
    });
  }

  /** Starts a test and waits for its end. */
  async test(id: number): Promise<Operation> {
    const { operationId } = await this.must<StartAnswer>(`POST /connections/${String(id)}/test-connection`);
    return this.ended(operationId);
  }

  async hostKeys(id: number): Promise<HostKeys> {
    return this.must<HostKeys>(`GET /connections/${String(id)}/host-keys`);
  }

  async audited(
    action: string,
  ): Promise<{ subject: string; detail: Record<string, unknown>; actor: { name: string } }[]> {
    return this.dataSource.query('SELECT subject, detail, actor FROM audit_entries WHERE action = $1 ORDER BY id', [
      action,
    ]);
  }
}
