import {
  type LockstepServer,
  runsAsRoot,
  type Sshd,
  type SshdOptions,
  startLockstep,
  startSshd,
} from '@lockstep/server-testing';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { endAll } from './support/end-all.js';
import { connectTo } from './support/healthy-connection.js';
import { socketsTo } from './support/process-facts.js';

const deadlineMs = 3_000;
const grace = 5_000;

describe('an sshd that is frozen (SIGSTOP)', () => {
  let server: LockstepServer;
  let administrator: ApiClient;
  let sshd: Sshd | undefined;

  beforeAll(async () => {
    server = await startLockstep({ env: { LOCKSTEP_SSH_DEADLINE_MS: String(deadlineMs) } });
    administrator = await administratorOf(server.url);
  }, 60_000);
  afterEach(async () => {
    await sshd?.thaw();
    await sshd?.stop();
    sshd = undefined;
  }, 30_000);
  afterAll(() => endAll(server), 60_000);

  /** Freezes the host once the step has begun there, or before the test starts, and gives how it ended and what was left. */
  const freezeIn = async (step: string, options: SshdOptions, before: boolean): Promise<object> => {
    const host = (sshd = await startSshd(options));
    const { id } = await connectTo(administrator, host, { name: `frozen in ${step}` });
    if (before) await host.freeze();
    const { operationId } = await administrator.test(id);
    const running = await administrator.operationOnce(operationId, ({ steps }) =>
      steps.some(({ name, status }) => name === step && status !== 'pending' && status !== 'completed'),
    );
    if (!before) await host.freeze();
    const begunAt = running.steps.find(({ name }) => name === step)?.startedAt ?? '';
    const ended = await administrator.ended(operationId, deadlineMs + grace + 5_000);
    const tookMs = Date.parse(ended.completedAt ?? '') - Date.parse(begunAt);
    expect(tookMs).toBeLessThan(deadlineMs + grace);
    expect(tookMs).toBeGreaterThan(deadlineMs - 500);
    const { status } = await administrator.test(id);
    expect(status).toBe('started');
    const [active] = (
      await administrator.must<{ items: { id: string }[] }>(
        'GET',
        `/operations?connectionId=${String(id)}&status=pending,in_progress`,
      )
    ).items;
    await administrator.post(`/operations/${active?.id ?? ''}/cancel`);
    await administrator.ended(active?.id ?? '');
    const { errorCode, effect, steps } = ended;
    return {
      errorCode,
      effect,
      failed: steps.filter(({ status: how }) => how === 'failed').map(({ name }) => name),
      sockets: await socketsTo(server.pid, host.port),
    };
  };

  test('before it says a word: the test ends by its deadline with its own code, and no socket is left', async () => {
    const end = { errorCode: 'HOST_KEY_TIMEOUT', effect: 'none', failed: ['host_key'], sockets: 0 };
    expect(await freezeIn('host_key', {}, true)).toEqual(end);
  }, 40_000);

  (runsAsRoot ? test : test.skip)(
    'while it decides about the login: likewise',
    async () => {
      const config = [
        'AuthorizedKeysFile none',
        'AuthorizedKeysCommand /bin/sleep 60',
        'AuthorizedKeysCommandUser nobody',
      ];
      const end = { errorCode: 'AUTHENTICATION_TIMEOUT', effect: 'none', failed: ['authenticate'], sockets: 0 };
      expect(await freezeIn('authenticate', { config }, false)).toEqual(end);
    },
    40_000,
  );

  test('in the middle of a command: likewise', async () => {
    const end = { errorCode: 'COMMAND_TIMEOUT', effect: 'none', failed: ['probe'], sockets: 0 };
    expect(await freezeIn('probe', { config: ['ForceCommand sleep 60'] }, false)).toEqual(end);
  }, 40_000);
});
