import type { Operation } from '@lockstep/contract';
import {
  type LockstepServer,
  type ServiceHost,
  startLockstep,
  startServiceHost,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { connectHost, endOf, logOf, restarted } from './support/restart-client.js';

const reason = await whyNoSystemdHosts();
const completed = { status: 'completed', errorCode: null, effect: 'applied' };
const mayRestart = [
  'steady',
  'slow',
  'short-lived',
  'restless',
  'stubborn',
  'refusing',
  'broken',
  'once',
  'forgotten',
  'absent',
];

(reason ? describe.skip : describe)(`a service restart${reason ? ` (left out: ${reason})` : ''}`, () => {
  let server: LockstepServer;
  let client: ApiClient;
  let fleet: ServiceHost;
  let id: number;

  beforeAll(async () => {
    [server, fleet] = await Promise.all([
      startLockstep(),
      startServiceHost({ mayRestart: [...mayRestart.map((name) => `${name}.service`), 'nginx.service'] }),
    ]);
    client = await administratorOf(server.url);
    await fleet.host.execute('mkdir -p /root/.ssh && cp ~lockstep/.ssh/authorized_keys /root/.ssh/');
    ({ id } = await connectHost(client, fleet.host, { name: 'real host' }));
  }, 300_000);
  afterAll(() => endAll(server, fleet), 60_000);

  const restart = (service: string): Promise<Operation> => restarted(client, id, service);

  test('is completed once another run of the service has been active for the settle time', async () => {
    const before = await fleet.starts('steady.service');
    const operation = await restart('steady.service');
    expect(endOf(operation)).toEqual(completed);
    expect(await fleet.starts('steady.service')).toBe(before + 1);
    const { before: old, after } = operation.metadata as Record<string, { invocation: string; state: string }>;
    expect(old?.invocation).toMatch(/^[0-9a-f]{32}$/);
    expect(after).toMatchObject({ state: 'active' });
    expect(after?.invocation).not.toBe(old?.invocation);
    expect(operation.message).toBe('steady.service was restarted and has been active for 1 s');
    expect(operation.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'reach completed',
      'before completed',
      'check skipped',
      'restart completed',
      'watch completed',
      'log completed',
    ]);
  });

  test('waits for a service that is slow to start, and for one that is killed because it does not stop', async () => {
    expect(endOf(await restart('slow.service'))).toEqual(completed);
    expect(endOf(await restart('stubborn.service'))).toEqual(completed);
  });

  test('of a service that does one thing and ends is completed when that ended well', async () => {
    const operation = await restart('once.service');
    expect(endOf(operation)).toEqual(completed);
    expect(operation.message).toContain('to a good end');
    // Nobody refers to this one: systemd forgets its run at once, and nothing shows that there was one.
    expect(endOf(await restart('forgotten.service'))).toEqual({
      status: 'failed',
      errorCode: 'OUTCOME_UNKNOWN',
      effect: 'unknown',
    });
  });

  test('of a service that dies after two seconds is failed, applied, and shows its journal', async () => {
    const { id: patient } = await connectHost(client, fleet.host, {
      name: 'patient',
      settings: { settleSeconds: 5 },
      username: 'root',
    });
    const operation = await restarted(client, patient, 'short-lived.service');
    expect(endOf(operation)).toEqual({ status: 'failed', errorCode: 'SERVICE_NOT_STABLE', effect: 'applied' });
    expect(operation.error).toContain('it is failed');
    expect(operation.metadata['hostWords']).toContain('cannot bind');
    expect((await logOf(client, operation.id)).some(({ text }) => text.includes('about to give up'))).toBe(true);
    expect(operation.metadata['after']).toMatchObject({ state: 'failed' });
  });

  test('of a service that systemd starts again and again is not stable', async () => {
    const { id: patient } = await connectHost(client, fleet.host, {
      name: 'looking on',
      settings: { settleSeconds: 4 },
    });
    const operation = await restarted(client, patient, 'restless.service');
    await fleet.host.execute('systemctl stop restless.service');
    expect(endOf(operation)).toEqual({ status: 'failed', errorCode: 'SERVICE_NOT_STABLE', effect: 'applied' });
  });

  test('that systemd refuses has no effect; one that fails to start has', async () => {
    const refused = await restart('refusing.service');
    expect(endOf(refused)).toEqual({ status: 'failed', errorCode: 'RESTART_FAILED', effect: 'none' });
    expect(refused.metadata['hostWords']).toContain('Operation refused');
    const broken = await restart('broken.service');
    expect(endOf(broken)).toEqual({ status: 'failed', errorCode: 'RESTART_FAILED', effect: 'applied' });
    expect(broken.metadata['hostWords']).toContain('Job for broken.service failed');
  });

  test('of a unit that the host does not have is told so, and nothing is tried', async () => {
    const operation = await restart('absent.service');
    expect(endOf(operation)).toEqual({ status: 'failed', errorCode: 'SERVICE_NOT_FOUND', effect: 'none' });
    expect(operation.steps.find(({ name }) => name === 'restart')?.status).toBe('skipped');
  });

  test('that sudo does not allow is a missing privilege, with the line that is missing', async () => {
    const before = await fleet.starts('other.service');
    const operation = await restart('other.service');
    expect(endOf(operation)).toEqual({ status: 'failed', errorCode: 'PRIVILEGE_MISSING', effect: 'none' });
    expect(await fleet.starts('other.service')).toBe(before);
    const detail = await client.must<{ mayRestart: boolean; privileges: { line: string; present: boolean }[] }>(
      'GET',
      `/connections/${String(id)}/services/other.service`,
    );
    expect(detail.mayRestart).toBe(false);
    expect(detail.privileges[0]).toEqual({
      purpose: 'restart',
      service: 'other.service',
      line: 'lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl restart -- other.service',
      present: false,
    });
  });
});
