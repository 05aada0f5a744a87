import type { Session } from '@lockstep/contract';
import { type Answer, ApiClient } from './api-client.js';

/** What a request carries beside its path. */
export interface Call {
  readonly token?: string | undefined;
  readonly cookie?: string | undefined;
  readonly body?: unknown;
}

/** Makes one request as anybody might; `line` is a method and a path below `/api`. */
export function request(url: string, line: string, { token, cookie, body }: Call = {}): Promise<Answer> {
  const [method = 'GET', path = ''] = line.split(' ');
  const headers: Record<string, string> = cookie === undefined ? {} : { cookie: `__Host-lockstep=${cookie}` };
  return new ApiClient(url, token).call<unknown>(method, path, { body, headers });
}

/** Like {@link request}, for what must succeed. @throws with the whole answer otherwise. */
export async function requestOk<Body>(url: string, line: string, call: Call = {}): Promise<Body> {
  const { status, body } = await request(url, line, call);
  if (status >= 300) throw new Error(`${line} answered ${status}: ${JSON.stringify(body)}`);
  return body as Body;
}

/** A session as a browser has it: with its cookie. */
export interface SignedIn {
  readonly token: string;
  readonly cookie: string;
}

export async function openSession(url: string, who: { username: string; password: string }): Promise<SignedIn> {
  const { username, password } = who;
  const { status, body, headers } = await request(url, 'POST /auth/login', { body: { username, password } });
  const cookie = /__Host-lockstep=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1];
  if (status !== 200 || cookie === undefined) throw new Error(`Sign-in answered ${status}: ${JSON.stringify(body)}`);
  return { token: (body as Session).accessToken, cookie };
}
