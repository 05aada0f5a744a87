import type { Operation, ServiceList, StartAnswer } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase, waitUntil } from '@lockstep/server-testing';
import { ServicesServer } from './services-server.js';
import { VosHost } from './vos-host.js';
import { type TranscriptChange, playTranscripts, restartBegun, serviceList, stopping } from './vos-transcripts.js';

const service = 'Cisco Tomcat';
const stopped = serviceList.replace('Cisco Tomcat[STARTED]', 'Cisco Tomcat[STOPPED]  Component is not running');

describe('operations on Cisco VOS', () => {
  let database: TestDatabase;
  let server: ServicesServer;
  const hosts: VosHost[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await ServicesServer.start(database.url);
  }, 60_000);
  afterEach(() => {
    for (const host of hosts.splice(0)) host.stop();
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  let count = 0;
  const begin = async (
    change: (host: () => VosHost) => TranscriptChange,
  ): Promise<{ id: number; host: VosHost; typed: string[] }> => {
    const typed: string[] = [];
    const host: VosHost = await VosHost.start({
      play: playTranscripts(
        change(() => host),
        typed,
      ),
    });
    hosts.push(host);
    count += 1;
    const { id } = await server.add({
      name: `cucm ${String(count)}`,
      host: '127.0.0.1',
      port: host.port,
      username: host.username,
      platform: 'cisco_vos',
      credential: { kind: 'password', password: host.password },
      hostKeyFingerprint: host.fingerprint,
    });
    await server.must(`PUT /connections/${String(id)}/service-settings`, { settleSeconds: 1, limitSeconds: 10 });
    return { id, host, typed };
  };
  const restartsIn = (typed: readonly string[]): number =>
    typed.filter((line) => line.startsWith('utils service restart')).length;
  const logOf = async ({ id }: Operation): Promise<string> =>
    JSON.stringify(await server.must<object>(`GET /operations/${id}/events`));

  it('a test reaches the prompt and tells the version', async () => {
    const { id, host } = await begin(() => ({}));
    const operation = await server.test(id);
    expect(operation).toMatchObject({
      status: 'completed',
      metadata: { vosVersion: '12.5.1.14900-63', vosPromptMs: expect.any(Number) },
    });
    expect(operation.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'resolve completed',
      'connect completed',
      'host_key completed',
      'authenticate completed',
      'probe completed',
      'sftp skipped',
    ]);
    expect(host.passwords).toEqual([host.password]);
    expect(JSON.stringify(operation)).not.toContain(host.password);
  });

  it('a test fails where the host asks something instead of giving a prompt', async () => {
    const { id } = await begin(() => ({ banner: ['Accept the terms (yes/no)? ', { key: 'any' }] }));
    expect(await server.test(id)).toMatchObject({ status: 'failed', errorCode: 'COMMAND_FAILED', effect: 'none' });
  });

  it('services are listed, with why they are stopped', async () => {
    const { id } = await begin(() => ({}));
    const { items, failure } = await server.must<ServiceList>(`GET /connections/${String(id)}/services?refresh=true`);
    expect(failure).toBeNull();
    expect(items).toHaveLength(18);
    expect(items.find(({ name }) => name === 'Cisco DirSync')).toMatchObject({
      state: 'inactive',
      subState: 'Service Not Activated',
    });
  });

  it('a restart is completed when the service was started and stays so', async () => {
    const { id, typed } = await begin(() => ({}));
    const operation = await server.restart(id, service);
    expect(operation).toMatchObject({ status: 'completed', effect: 'applied', target: service, progress: 100 });
    expect(restartsIn(typed)).toBe(1);
    expect(await logOf(operation)).toContain('Cisco Tomcat[STARTING]');
  });

  it('a restart that ended well is not completed when the service stops again', async () => {
    const { id } = await begin(() => {
      const looks = [serviceList, stopped];
      return {
        list: {
          *[Symbol.iterator]() {
            yield looks.length > 1 ? (looks.shift() ?? '') : stopped;
          },
        } as unknown as readonly string[],
      };
    });
    expect(await server.restart(id, service)).toMatchObject({
      status: 'failed',
      errorCode: 'SERVICE_NOT_STABLE',
      effect: 'applied',
    });
  });

  it('a restart that the host calls failed is told in its words', async () => {
    const { id } = await begin(() => ({
      restart: () => [`${restartBegun}${stopping(service)}${service}[FAILED]\nadmin:`],
    }));
    expect(await server.restart(id, service)).toMatchObject({
      status: 'failed',
      errorCode: 'RESTART_FAILED',
      effect: 'applied',
      error: 'The host says that Cisco Tomcat failed; it is active now.',
      metadata: { hostWords: expect.stringContaining('Cisco Tomcat[FAILED]') },
    });
  });

  it.each<[string, (host: () => VosHost) => TranscriptChange]>([
    ['hangs', () => ({ restart: () => [restartBegun, stopping(service), { waitMs: 120_000 }] })],
    ['closes the shell alone', () => ({ restart: () => [restartBegun, { act: (channel) => channel.close() }] })],
    ['says something that nobody knows', () => ({ restart: () => ['Done.\n'] })],
  ])(
    'a restart in which the host %s is never completed and never asked for twice',
    async (_how, change) => {
      const { id, typed } = await begin(change);
      const operation = await server.restart(id, service);
      expect(operation).toMatchObject({ status: 'failed', effect: 'unknown' });
      expect(['OUTCOME_UNKNOWN', 'RESTART_FAILED']).toContain(operation.errorCode);
      expect(operation.error).toContain('active');
      expect(restartsIn(typed)).toBe(1);
    },
    90_000,
  );

  it('a restart whose worker is lost is not known, told with what is there, and not asked for again', async () => {
    const { id, typed } = await begin(() => ({
      restart: () => [restartBegun, stopping(service), { waitMs: 120_000 }],
    }));
    const path = `POST /connections/${String(id)}/restart-service`;
    const { operationId } = await server.must<StartAnswer>(path, { service });
    await waitUntil('the restart was asked for', () => Promise.resolve(restartsIn(typed) === 1 || undefined));
    await server.stop();
    server = await ServicesServer.start(database.url);
    expect(await server.ended(operationId)).toMatchObject({
      status: 'failed',
      errorCode: 'OUTCOME_UNKNOWN',
      effect: 'unknown',
      error: expect.stringContaining('active'),
    });
    expect(restartsIn(typed)).toBe(1);
  }, 120_000);

  it('a restart of a service that is not there leaves the host alone', async () => {
    const { id, typed } = await begin(() => ({}));
    expect(await server.restart(id, 'Cisco Nothing')).toMatchObject({
      status: 'failed',
      errorCode: 'SERVICE_NOT_FOUND',
      effect: 'none',
    });
    expect(restartsIn(typed)).toBe(0);
  });
});
