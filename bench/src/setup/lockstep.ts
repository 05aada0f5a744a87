import type { Connection, ConnectionInput, IssuedToken, Session } from '@lockstep/contract';
import { type LockstepOptions, type LockstepServer, startLockstep, testAdministrator } from '@lockstep/server-testing';
import { HttpClient } from './http-client.js';

/** A running Lockstep with an administrator's API token for it. */
export interface LockstepUnderTest {
  readonly server: LockstepServer;
  readonly token: string;
  readonly api: HttpClient;
  createConnection(input: ConnectionInput): Promise<Connection>;
  dispose(): Promise<void>;
}

/** Starts the built server as a process of its own, with the settings of production. */
export async function startLockstepUnderTest(options: LockstepOptions): Promise<LockstepUnderTest> {
  const server = await startLockstep({ ...options, env: { NODE_ENV: 'production', ...options.env } });
  try {
    const token = await issueToken(server.url);
    const api = new HttpClient(server.url, { authorization: `Bearer ${token}` });
    return {
      server,
      token,
      api,
      createConnection: (body) => api.expect<Connection>(201, { method: 'POST', path: '/api/connections', body }),
      dispose: async () => {
        api.close();
        await server.dispose();
      },
    };
  } catch (error) {
    await server.dispose();
    throw error;
  }
}

/** An API token does not run out during a long run, as a session's access token would. */
async function issueToken(url: string): Promise<string> {
  const anonymous = new HttpClient(url);
  const session = await anonymous.expect<Session>(200, {
    method: 'POST',
    path: '/api/auth/login',
    body: testAdministrator,
  });
  anonymous.close();
  const signedIn = new HttpClient(url, { authorization: `Bearer ${session.accessToken}` });
  const issued = await signedIn.expect<IssuedToken>(201, {
    method: 'POST',
    path: '/api/tokens',
    body: { name: 'bench' },
  });
  signedIn.close();
  return issued.token;
}
