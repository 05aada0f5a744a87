import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  type ClientEventName,
  type Operation,
  type OperationIdOfRoute,
  type RouteDefinition,
  allRoutes,
  clientEvents,
  handshakeErrors,
  mayRole,
  routes,
} from '@lockstep/contract';
import { type LockstepServer, startLockstep } from '@lockstep/server-testing';
import { type Row, type Verdict, eventMatrix, routeMatrix, visitors } from './access-matrix.js';
import { requests } from './support/access-matrix-requests.js';
import { type Cast, Stage } from './support/access-matrix-stage.js';
import type { Answer } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { request } from './support/rest-client.js';
import { type Client, ask, connect } from './support/socket-client.js';

jest.setTimeout(120_000);

const routeNames = Object.keys(routeMatrix) as OperationIdOfRoute[];
const eventNames = Object.keys(eventMatrix) as ClientEventName[];

describe('the access matrix', () => {
  it('lists every route and every socket event, and nothing else', () => {
    expect(routeNames.toSorted()).toEqual(allRoutes.map(({ operationId }) => operationId).toSorted());
    expect(eventNames.toSorted()).toEqual(Object.keys(clientEvents).toSorted());
  });

  it.each([
    ...routeNames.map((name) => [name, routes[name].requires, routeMatrix[name]] as const),
    ...eventNames.map((name) => [name, clientEvents[name].permission, eventMatrix[name]] as const),
  ])('says of %s what its declaration says', (_name, requirement, row: Row) => {
    expect(row.anonymous === 'allowed' || row.anonymous === 'sign_in').toBe(true);
    if (requirement !== 'anonymous') expect(row.anonymous).toBe('sign_in');
    if (!mayRole('viewer', requirement)) expect(row['viewer with grant']).toBe('denied');
    if (!mayRole('operator', requirement)) expect(row['operator with grant']).toBe('denied');
    expect(row.administrator).toBe('allowed');
  });
});

interface Told {
  readonly items?: Record<string, unknown>[];
  readonly targets?: Record<string, unknown>[];
  readonly certificate?: Record<string, unknown>;
}

/** What a list holds of the granted connection, by what would give it away. */
const givesAway = (stage: Stage, { body }: Answer): boolean => {
  const { items = [], targets = [] } = body as Told;
  const isOfGranted = (item: Record<string, unknown>): boolean =>
    item['connectionId'] === stage.grantedId
      ? item['status'] !== 'not_found'
      : Array.isArray(item['targets'])
        ? item['id'] === stage.grantedCertificateId
        : item['id'] === stage.grantedId || item['tag'] === 'granted';
  const within = items.flatMap((item) => [...((item as Told).targets ?? []), (item as Told).certificate ?? {}]);
  return [...items, ...targets, ...within].some(isOfGranted);
};

const refusals: Readonly<Record<string, Verdict>> = {
  AUTHENTICATION_REQUIRED: 'sign_in',
  PERMISSION_DENIED: 'denied',
  NOT_FOUND: 'invisible',
  NOTHING_TO_DO: 'nothing',
};

function verdictOf(
  stage: Stage,
  reply: Answer,
  { route, status, row }: { route: RouteDefinition; status: number; row: Row },
): string {
  const code = (reply.body as { code?: string } | undefined)?.code ?? '';
  if (reply.status === status)
    return Object.values(row).includes('nothing') && !givesAway(stage, reply) ? 'nothing' : 'allowed';
  const statusOfCode = { sign_in: 401, denied: 403, invisible: 404, nothing: 422 }[refusals[code] as 'sign_in'];
  return statusOfCode === reply.status
    ? (refusals[code] ?? '')
    : `${route.operationId} answered ${reply.status} ${JSON.stringify(reply.body)}`;
}

describe('the built server', () => {
  let stage: Stage;
  let server: LockstepServer | undefined;
  beforeAll(async () => {
    server = await startLockstep();
    stage = await new Stage(server).build();
  });
  afterAll(() => endAll(server));

  const attempt = async (name: OperationIdOfRoute, cast: Cast): Promise<string> => {
    const { path, status, ...call } = await requests[name](stage, cast);
    const route: RouteDefinition = routes[name];
    const line = `${route.method.toUpperCase()} ${path}`;
    const reply = await request(stage.url, line, { token: cast.token, ...call });
    return verdictOf(stage, reply, { route, status: status ?? route.success.status, row: routeMatrix[name] });
  };

  it.each(routeNames)('answers each visitor of %s as the matrix says', async (name) => {
    const verdicts: Record<string, string> = {};
    for (const cast of stage.casts) verdicts[cast.visitor] = await attempt(name, cast);
    expect(verdicts).toEqual(routeMatrix[name]);
  });

  it('shows nobody but administrators the connection that is granted to nobody', async () => {
    for (const cast of stage.casts.filter(({ token }) => token !== undefined)) {
      const sees = cast.visitor === 'administrator' || cast.visitor === 'viewer token of an administrator';
      const { status } = await request(stage.url, `GET /connections/${stage.hiddenId}`, { token: cast.token });
      expect([cast.visitor, status]).toEqual([cast.visitor, sees ? 200 : 404]);
      const { body: listed } = await request(stage.url, 'GET /operations?limit=500', { token: cast.token });
      const ids = (listed as { items: Operation[] }).items.map(({ connectionId }) => connectionId);
      expect([cast.visitor, ids.includes(stage.hiddenId)]).toEqual([cast.visitor, sees]);
    }
  });

  it('answers another’s id exactly as one that does not exist', async () => {
    const [stranger] = stage.casts.filter(({ visitor }) => visitor === 'operator without grant');
    const answer = async (line: string): Promise<unknown> => {
      const { body } = await request(stage.url, line, { token: stranger?.token });
      return { ...(body as object), correlationId: '' };
    };
    expect(await answer(`GET /connections/${stage.grantedId}`)).toEqual(await answer('GET /connections/2000000000'));
    expect(await answer(`POST /connections/${stage.grantedId}/test-connection`)).toEqual(
      await answer('POST /connections/2000000000/test-connection'),
    );
    const missing = '01900000-0000-7000-8000-000000000000';
    expect(await answer(`GET /operations/${stage.grantedOperationId}`)).toEqual(
      await answer(`GET /operations/${missing}`),
    );
  });

  const payloads: Readonly<Record<ClientEventName, (cast: Cast) => unknown>> = {
    'subscribe:connection': () => stage.grantedId,
    'unsubscribe:connection': () => stage.grantedId,
    'subscribe:activity': () => ({}),
    authenticate: ({ token }) => ({ token }),
  };

  const askAs = async (name: ClientEventName, cast: Cast): Promise<string> => {
    let client: Client;
    try {
      client = await connect(stage.url, cast.token);
    } catch (error) {
      return (error as Error).message === handshakeErrors.missing ? 'sign_in' : String(error);
    }
    try {
      const answer = await ask(client, name, payloads[name](cast));
      if (!answer.ok) return refusals[answer.error.code] ?? answer.error.code;
      return 'allowed';
    } finally {
      client.disconnect();
    }
  };

  it.each(eventNames.filter((name) => name !== 'subscribe:activity'))(
    'answers each visitor of %s as the matrix says',
    async (name) => {
      const verdicts: Record<string, string> = {};
      for (const cast of stage.casts) verdicts[cast.visitor] = await askAs(name, cast);
      expect(verdicts).toEqual(eventMatrix[name]);
    },
  );

  it('sends the activity of a connection to those only who may see it', async () => {
    const seen: Record<string, string> = {};
    const clients: Client[] = [];
    for (const cast of stage.casts) {
      if (cast.token === undefined) {
        seen[cast.visitor] = await askAs('subscribe:activity', cast);
        continue;
      }
      seen[cast.visitor] = 'nothing';
      const client = await connect(stage.url, cast.token);
      clients.push(client);
      client.on('operation:update', ({ operation }) => {
        if (operation.connectionId === stage.grantedId) seen[cast.visitor] = 'allowed';
      });
      expect(await ask(client, 'subscribe:activity', {})).toMatchObject({ ok: true });
    }
    await stage.runTest(stage.grantedId);
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const client of clients) client.disconnect();
    expect(Object.keys(seen)).toEqual([...visitors]);
    expect(seen).toEqual(eventMatrix['subscribe:activity']);
  });

  it('refuses a socket with a bad token', async () => {
    for (const token of ['forged', `lks_${'A'.repeat(43)}`]) {
      await expect(connect(stage.url, token)).rejects.toThrow(handshakeErrors.invalid);
    }
  });
});
