import type {
  Connection,
  ConnectionInput,
  Operation,
  OperationEvent,
  Problem,
  Role,
  Session,
  StartAnswer,
  User,
} from '@lockstep/contract';
import { testAdministrator, waitUntil } from '@lockstep/server-testing';

/** An answer as it came; `body` is the parsed JSON, or the text of anything else. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

interface Request {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** A REST client with one bearer token, as a script of a user would have it. Paths begin below `/api`. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly token?: string,
  ) {}

  /** The same user at another replica. */
  at(url: string): ApiClient {
    return new ApiClient(url, this.token);
  }

  async call<Body = Problem>(method: string, path: string, request: Request = {}): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body !== undefined && {
        body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
      }),
      signal: request.signal ?? AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
  }

  get<Body = Problem>(path: string, request?: Request): Promise<Answer<Body>> {
    return this.call<Body>('GET', path, request);
  }

  post<Body = Problem>(path: string, body?: unknown, request?: Request): Promise<Answer<Body>> {
    return this.call<Body>('POST', path, { body, ...request });
  }

  /** The body of an answer that must be a success. */
  async must<Body>(method: string, path: string, request?: Request): Promise<Body> {
    const { status, body } = await this.call<Body>(method, path, request);
    if (status >= 300) throw new Error(`${method} ${path} answered ${String(status)}: ${JSON.stringify(body)}`);
    return body;
  }

  createConnection(input: Partial<ConnectionInput> & Pick<ConnectionInput, 'name' | 'port'>): Promise<Connection> {
    const credential = { kind: 'password', password: 'a password' };
    return this.must('POST', '/connections', { body: { host: '127.0.0.1', username: 'tester', credential, ...input } });
  }

  test(connectionId: number, headers: Record<string, string> = {}): Promise<StartAnswer> {
    return this.must('POST', `/connections/${String(connectionId)}/test-connection`, { headers });
  }

  operation(id: string): Promise<Operation> {
    return this.must('GET', `/operations/${id}`);
  }

  async events(id: string, after = 0): Promise<OperationEvent[]> {
    return (await this.must<{ items: OperationEvent[] }>('GET', `/operations/${id}/events?after=${String(after)}`))
      .items;
  }

  /** The operation once a condition holds for it. */
  async operationOnce(id: string, holds: (operation: Operation) => boolean, deadlineMs = 20_000): Promise<Operation> {
    let last: Operation | undefined;
    const look = async (): Promise<Operation | undefined> => {
      last = await this.operation(id).catch(() => last);
      return last && holds(last) ? last : undefined;
    };
    return waitUntil(`operation ${id} is as awaited`, look, deadlineMs).catch((cause: unknown) => {
      throw new Error(`${String(cause)}; it was last ${JSON.stringify(last)}`, { cause });
    });
  }

  ended(id: string, deadlineMs?: number): Promise<Operation> {
    return this.operationOnce(id, ({ completedAt }) => completedAt !== null, deadlineMs);
  }

  /** Starts a test and waits for its end. */
  async tested(connectionId: number, deadlineMs?: number): Promise<Operation> {
    return this.ended((await this.test(connectionId)).operationId, deadlineMs);
  }
}

/** Signs in with a password; the session's access token lives a few minutes. */
export async function signIn(url: string, credentials = testAdministrator): Promise<ApiClient> {
  const session = await new ApiClient(url).must<Session>('POST', '/auth/login', { body: credentials });
  return new ApiClient(url, session.accessToken);
}

/** The administrator by an API token that does not run out. */
export async function administratorOf(url: string): Promise<ApiClient> {
  const signedIn = await signIn(url);
  const { token } = await signedIn.must<{ token: string }>('POST', '/tokens', { body: { name: 'tests' } });
  return new ApiClient(url, token);
}

/** A new user, signed in, with grants. */
export interface TestUser {
  readonly id: number;
  readonly client: ApiClient;
  readonly credentials: { readonly username: string; readonly password: string };
}

/** Makes a user and signs them in. */
export async function createUser(
  administrator: ApiClient,
  user: { username: string; role: Role; connectionIds?: number[]; tags?: string[] },
): Promise<TestUser> {
  const { username, role, connectionIds = [], tags = [] } = user;
  const credentials = { username, password: `Quiet-harbour-${username}-73` };
  const { id } = await administrator.must<User>('POST', '/users', { body: { ...credentials, role } });
  await administrator.must('PUT', `/users/${String(id)}/grants`, { body: { connectionIds, tags } });
  return { id, client: await signIn(administrator.url, credentials), credentials };
}
