import type { ServiceCommands } from '@lockstep/contract';
import { type Sshd, startSshd } from '@lockstep/server-testing';
import { CustomDriver } from '../src/drivers/custom/custom.driver.js';
import { commandInput, commandScript } from '../src/drivers/custom/command-script.js';
import { type DriverHostOptions, doorOfSshd, failureOf, openDriverHost } from './driver-host.js';
import type { DriverHost } from '../src/drivers/service-driver.js';

const driver = new CustomDriver();
const base: ServiceCommands = {
  list: "printf 'web\\tactive\\tServes pages\\n'",
  check: null,
  restart: 'cat',
  verify: "printf 'active\\t%s\\n' 7",
};

describe('an administrator’s commands', () => {
  let sshd: Sshd;
  const opened: DriverHost[] = [];
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterEach(async () => {
    await sshd.thaw();
    for (const { session } of opened.splice(0)) session.destroy();
  });
  afterAll(() => sshd.stop());

  const open = async (commands: Partial<ServiceCommands> | null, more: DriverHostOptions = {}): Promise<DriverHost> => {
    const host = await openDriverHost(doorOfSshd(sshd), {
      settings: { commands: commands && { ...base, ...commands } },
      ...more,
    });
    opened.push(host);
    return host;
  };

  it('get the service’s name to the byte, as the one line of their standard input', async () => {
    const name = `we'b "$(x)" \\n ü & <b>`;
    const host = await open({ restart: 'od -An -tx1 | tr -d " \\n"; echo' });
    const lines: string[] = [];
    await driver.restart(host, name, (_stream, line) => lines.push(line));
    expect(lines).toEqual([Buffer.from(`${name}\n`).toString('hex')]);
  });

  it('may be long, have several lines, quotes and other alphabets, and are shown in no command line', async () => {
    const host = await open({
      restart: `# größer\ncat >/dev/null\nif true; then\n  echo "it's"\nfi\nps -o args= | grep -c "[s]ecret-word" || true\n${': secret-word\n'.repeat(200)}`,
    });
    const lines: string[] = [];
    await driver.restart(host, 'web', (_stream, line) => lines.push(line));
    expect(lines).toEqual(["it's", '0']);
  });

  it('verify by the word behind the tab', async () => {
    expect(await driver.look(await open({}), 'web')).toEqual({
      name: 'web',
      description: 'Serves pages',
      state: 'active',
      subState: null,
      since: null,
      invocation: '7',
    });
  });

  it('test a configuration before a restart, where there is such a command', async () => {
    expect(await driver.testConfiguration(await open({}), 'web')).toBeNull();
    const bad = await open({ check: 'read -r name; echo "$name: line 3 is wrong" >&2; exit 1' });
    expect(await driver.testConfiguration(bad, 'web')).toMatchObject({ passed: false, words: 'web: line 3 is wrong' });
    expect(driver.configurationTest('web', bad.settings)).toContain('read -r name');
    const good = await open({ check: 'true' });
    expect(await driver.testConfiguration(good, 'web')).toMatchObject({ passed: true });
  });

  it('that are missing are asked for', async () => {
    const host = await open(null);
    const none = (): void => undefined;
    for (const work of [driver.list(host), driver.look(host, 'web'), driver.restart(host, 'web', none)])
      expect(await failureOf(work)).toMatchObject({ code: 'COMMANDS_MISSING', effect: 'none' });
  });

  it('that fail are told with their status and words', async () => {
    const failing = 'echo out; echo "no such database" >&2; exit 3';
    expect(await failureOf(driver.list(await open({ list: failing })))).toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'The list command ended with status 3.',
      hostWords: 'no such database',
    });
    expect(await failureOf(driver.look(await open({ verify: 'kill -9 $$' }), 'web'))).toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'The verify command was ended by SIGKILL.',
    });
    expect(await failureOf(driver.restart(await open({ restart: failing }), 'web', () => undefined))).toMatchObject({
      code: 'RESTART_FAILED',
      effect: 'unknown',
      hostWords: 'no such database',
    });
  });

  it('that do not end leave the outcome open', async () => {
    const host = await open(
      { restart: 'sleep 60' },
      { settings: { commands: { ...base, restart: 'sleep 60' }, limitSeconds: 1 } },
    );
    expect(await failureOf(driver.restart(host, 'web', () => undefined))).toMatchObject({
      code: 'COMMAND_TIMEOUT',
      afterRequest: true,
    });
  });

  it('whose connection is cut leave the outcome open', async () => {
    const host = await open({ restart: 'kill -9 $PPID; sleep 5' });
    expect(await failureOf(driver.restart(host, 'web', () => undefined))).toMatchObject({
      code: 'CONNECTION_LOST',
      afterRequest: true,
    });
  });

  it('do not begin when they arrive too late', async () => {
    const host = await open({});
    const latest = Math.floor(Date.now() / 1_000) - 1;
    const result = await host.session.runScript({
      script: commandScript,
      input: commandInput('echo ran', { name: 'web', latest }),
      deadlineMs: 5_000,
    });
    expect(result).toMatchObject({ code: 75, stdout: '' });
  });
});
