import type { OperationEvent, ServiceCommands } from '@lockstep/contract';
import { type Sshd, type TestDatabase, createTestDatabase, startSshd } from '@lockstep/server-testing';
import { ServicesServer } from './services-server.js';

const readName = 'IFS= read -r name; case "$name" in web) ;; *) exit 1;; esac;';

describe('operations by an administrator’s commands', () => {
  let database: TestDatabase;
  let server: ServicesServer;
  let sshd: Sshd;

  beforeAll(async () => {
    [database, sshd] = await Promise.all([createTestDatabase(), startSshd()]);
    server = await ServicesServer.start(database.url);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([sshd.stop(), database.drop()]);
  });

  let count = 0;
  /** The service `web` is a file of the login's home folder: its content is the run. */
  const begin = async (change: Partial<ServiceCommands> | null): Promise<number> => {
    count += 1;
    const file = `$HOME/web-${String(count)}`;
    const { id } = await server.add({
      name: `custom ${String(count)}`,
      host: sshd.address,
      port: sshd.port,
      username: sshd.username,
      platform: 'custom',
      credential: { kind: 'private_key', privateKey: sshd.user.privateKey },
      hostKeyFingerprint: sshd.hostKeyFingerprint,
    });
    const commands = change && {
      list: `printf 'web\\tactive\\tServes pages\\n'`,
      check: null,
      restart: `${readName} echo "restarting $name"; date +%s%N > ${file}`,
      verify: `${readName} [ -e ${file} ] || echo first > ${file}; printf 'active\\t%s\\n' "$(cat ${file})"`,
      ...change,
    };
    await server.must(`PUT /connections/${String(id)}/service-settings`, { settleSeconds: 1, commands });
    return id;
  };

  it('a restart is completed when another run of the service is active', async () => {
    const operation = await server.restart(await begin({}), 'web');
    expect(operation).toMatchObject({ status: 'completed', effect: 'applied' });
    const events = await server.must<object>(`GET /operations/${operation.id}/events`);
    expect(JSON.stringify(events)).toContain('restarting web');
  });

  it('exit status 0 without another run is not completed', async () => {
    expect(await server.restart(await begin({ restart: 'cat >/dev/null' }), 'web')).toMatchObject({
      status: 'failed',
      errorCode: 'SERVICE_NOT_RESTARTED',
      effect: 'none',
    });
  }, 60_000);

  it('a configuration that its test refuses restarts nothing', async () => {
    const id = await begin({ check: 'echo "line 3 is wrong" >&2; exit 1' });
    const operation = await server.restart(id, 'web');
    expect(operation).toMatchObject({
      status: 'failed',
      errorCode: 'CONFIGURATION_INVALID',
      effect: 'none',
      metadata: { hostWords: 'line 3 is wrong' },
    });
    const { items } = await server.must<{ items: OperationEvent[] }>(`GET /operations/${operation.id}/events`);
    const said = items.flatMap(({ lines }) => lines ?? []);
    expect(said).toContainEqual(expect.objectContaining({ stream: 'stderr', text: 'line 3 is wrong' }));
  });

  it('a restart command that failed is told by what the host shows then', async () => {
    const id = await begin({ restart: 'echo "no such database" >&2; exit 3' });
    expect(await server.restart(id, 'web')).toMatchObject({
      status: 'failed',
      errorCode: 'RESTART_FAILED',
      effect: 'none',
      metadata: { hostWords: 'no such database' },
    });
  }, 60_000);

  it('commands that are missing are asked for', async () => {
    const id = await begin(null);
    expect(await server.restart(id, 'web')).toMatchObject({
      status: 'failed',
      errorCode: 'COMMANDS_MISSING',
      effect: 'none',
    });
  });
});
