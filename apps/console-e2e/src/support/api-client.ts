import type { Connection, HostKeys, Operation, Role, Session, StartAnswer, User } from '@lockstep/contract';
import { waitUntil } from '@lockstep/server-testing';

/** Name and password of somebody who may sign in. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

type NewConnection = Partial<Pick<Connection, 'host' | 'tags' | 'username'>> & {
  readonly name: string;
  readonly port: number;
  readonly hostKeyFingerprint?: string;
  readonly credential?: { kind: 'password'; password: string } | { kind: 'private_key'; privateKey: string };
};

/** What the journeys prepare and compare with, by REST. Paths begin below `/api`. */
export class ApiClient {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Signs in, and goes on with an API token that does not run out. */
  static async signIn(url: string, credentials: Credentials): Promise<ApiClient> {
    const { accessToken } = await new ApiClient(url, '').call<Session>('POST', '/auth/login', credentials);
    const session = new ApiClient(url, accessToken);
    const { token } = await session.call<{ token: string }>('POST', '/tokens', { name: 'journeys' });
    return new ApiClient(url, token);
  }

  async call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: {
        ...(this.token !== '' && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  }

  createConnection(input: NewConnection): Promise<Connection> {
    const credential = { kind: 'password', password: 'a password' };
    return this.call('POST', '/connections', { host: '127.0.0.1', username: 'tester', credential, ...input });
  }

  test(connectionId: number): Promise<StartAnswer> {
    return this.call('POST', `/connections/${connectionId}/test-connection`);
  }

  operation(id: string): Promise<Operation> {
    return this.call('GET', `/operations/${id}`);
  }

  async operationsOf(connectionId: number): Promise<Operation[]> {
    return (await this.call<{ items: Operation[] }>('GET', `/operations?connectionId=${connectionId}`)).items;
  }

  /** The operation once a condition holds for it. `deadline` in milliseconds. */
  operationOnce(id: string, holds: (operation: Operation) => boolean, deadline = 20_000): Promise<Operation> {
    const look = async () => {
      const operation = await this.operation(id);
      return holds(operation) ? operation : undefined;
    };
    return waitUntil(`operation ${id} is as awaited`, look, deadline);
  }

  /** Starts a test and waits for its end. */
  async tested(connectionId: number): Promise<Operation> {
    const { operationId } = await this.test(connectionId);
    return this.operationOnce(operationId, ({ completedAt }) => completedAt !== null);
  }

  /** Tests once, and approves whatever key the host shows. */
  async approveHostKey(connectionId: number): Promise<void> {
    await this.tested(connectionId);
    const { pending } = await this.call<HostKeys>('GET', `/connections/${connectionId}/host-keys`);
    const fingerprint = pending[0]?.fingerprint;
    await this.call('POST', `/connections/${connectionId}/host-keys/accept`, { fingerprint });
  }

  /** A new user who sees what bears one of the tags. */
  async createUser(username: string, role: Role, tags: string[] = []): Promise<Credentials> {
    const password = `Quiet-harbour-${username}-73`;
    const { id } = await this.call<User>('POST', '/users', { username, password, role });
    await this.call('PUT', `/users/${id}/grants`, { connectionIds: [], tags });
    return { username, password };
  }
}
