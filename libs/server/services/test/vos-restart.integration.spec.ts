import type { DriverHost } from '../src/drivers/service-driver.js';
import { CiscoVosDriver } from '../src/drivers/cisco-vos/cisco-vos.driver.js';
import type { VosMove } from '../src/demo/vos/vos-play.js';
import { type DriverHostOptions, doorOfVos, failureOf, openDriverHost } from './driver-host.js';
import { VosHost } from './vos-host.js';
import {
  inPieces,
  playTranscripts,
  restartBegun,
  restarted,
  serviceList,
  started,
  starting,
  stopping,
  type TranscriptChange,
} from './vos-transcripts.js';

const name = 'Cisco Tomcat';
const driver = new CiscoVosDriver();
const stopped = serviceList.replace('Cisco Tomcat[STARTED]', 'Cisco Tomcat[STOPPED]  Component is not running');

interface Scene {
  readonly vos: VosHost;
  readonly host: DriverHost;
  readonly told: string[];
  readonly typed: string[];
  restart(): Promise<void>;
}

describe('a restart on Cisco VOS', () => {
  const cleanUp: (() => void)[] = [];
  afterEach(() => {
    for (const each of cleanUp.splice(0)) each();
  });

  /** `change` may use the host's faults. */
  const begin = async (
    change: (faults: () => VosHost) => TranscriptChange,
    options?: DriverHostOptions,
  ): Promise<Scene> => {
    const typed: string[] = [];
    const state: { vos?: VosHost } = {};
    const faults = (): VosHost => {
      if (!state.vos) throw new Error('The host is started first.');
      return state.vos;
    };
    const vos = (state.vos = await VosHost.start({ play: playTranscripts(change(faults), typed) }));
    const host = await openDriverHost(doorOfVos(vos), options);
    cleanUp.push(() => (host.session.destroy(), vos.stop()));
    const told: string[] = [];
    return { vos, host, told, typed, restart: () => driver.restart(host, name, (_stream, line) => told.push(line)) };
  };
  const saying = (...moves: VosMove[]): TranscriptChange => ({ restart: () => moves });
  const both = stopping(name) + starting(name);

  describe('succeeds', () => {
    it('on the started marker and the prompt behind it, and tells each line as it comes', async () => {
      const { restart, told, typed } = await begin(() => ({}));
      await restart();
      expect(told).toEqual([
        " Don't press Ctrl-c while the service is getting RESTARTED.If Service has not Restarted Properly, execute the same Command Again",
        'Service Manager is running',
        ...Array.from({ length: 2 }, () => `${name}[STOPPING]`),
        ...Array.from({ length: 3 }, () => `${name}[STARTING]`),
        ...Array.from({ length: 2 }, () => `${name}[STARTED]`),
      ]);
      expect(typed).toEqual([`utils service restart ${name}`]);
    });

    it.each<[string, readonly VosMove[]]>([
      ['cut into single bytes', inPieces(restarted(name))],
      ['cut into sevens', inPieces(restarted(name), 7)],
      ['all in one packet with the prompt', [`${restarted(name)}admin:`]],
      ['slowly', [restartBegun, { waitMs: 700 }, both, { waitMs: 700 }, started(name), { waitMs: 400 }]],
      [
        'in bold, over itself',
        [`${restartBegun}\u001b[1m${name}[STOPPING]\u001b[0m\r\u001b[K${name}[STARTED]\r\n\u001b[Kadmin:`],
      ],
    ])(
      '%s',
      async (_how, moves) => {
        const { restart } = await begin(() => saying(...moves));
        await restart();
      },
      20_000,
    );

    it('though the prompt before it is written once more when the command was typed already', async () => {
      const { restart, told } = await begin(() => ({
        banner: ['\nadmin:', { waitMs: 400 }, '\radmin:', { waitMs: 400 }],
      }));
      await restart();
      expect(told.at(-1)).toBe(`${name}[STARTED]`);
    });

    it('though the prompt took seconds to come', async () => {
      const { restart } = await begin(() => ({ banner: inPieces('\nplease wait ...\n', 1).concat({ waitMs: 1_500 }) }));
      await restart();
    });
  });

  describe('fails, with the host’s words and what is true,', () => {
    it.each<[string, readonly VosMove[], string]>([
      ['when [FAILED] comes alone', [`${restartBegun}[FAILED]\n`], 'applied'],
      ['when [FAILED] comes after [STARTING]', [restartBegun + both, `${name}[FAILED]\n`], 'applied'],
      ['when [FAILED] comes in the packet of the prompt', [`${restartBegun}${name}[FAILED]\nadmin:`], 'applied'],
      ['when [FAILED] is cut', inPieces(`${restartBegun}${both}${name}[FAILED]\nadmin:`), 'applied'],
      ['when [FAILED] comes after [STARTED]', [`${restartBegun}${started(name)}${name}[FAILED]\n`], 'applied'],
    ])('%s', async (_when, moves, effect) => {
      const { restart } = await begin(() => ({ ...saying(...moves), list: [stopped] }));
      expect(await failureOf(restart())).toMatchObject({
        code: 'RESTART_FAILED',
        effect,
        message: 'The host says that Cisco Tomcat failed; it is failed now.',
        hostWords: expect.stringContaining('[FAILED]'),
      });
    });

    it('when the prompt comes back without [STARTED]', async () => {
      const { restart } = await begin(() => saying(restartBegun + both));
      expect(await failureOf(restart())).toMatchObject({
        code: 'RESTART_FAILED',
        effect: 'applied',
        message: 'The host ended the restart without saying that Cisco Tomcat was started; it is active now.',
      });
    });

    it('when the last marker is [RUNNING]: that is not started', async () => {
      const { restart } = await begin(() => saying(restartBegun + both, `${name}[RUNNING]\n`));
      expect(await failureOf(restart())).toMatchObject({ code: 'RESTART_FAILED', effect: 'applied' });
    });

    it('when it says something else altogether: then nobody knows what it did', async () => {
      const { restart } = await begin(() => saying('Cisco Tomcat wurde neu gestartet\n'));
      expect(await failureOf(restart())).toMatchObject({
        code: 'RESTART_FAILED',
        effect: 'unknown',
        hostWords: 'Cisco Tomcat wurde neu gestartet',
      });
    });

    it('when the marker is another service’s', async () => {
      const { restart } = await begin(() => saying(`${restartBegun}Cisco Tomcat Stats Servlet[STARTED]\n`));
      expect(await failureOf(restart())).toMatchObject({ code: 'RESTART_FAILED' });
    });

    it('when the host asks a question: it is answered with no', async () => {
      const { restart } = await begin(() =>
        saying('Calls will be lost.\nContinue (y/n)?', { key: 'any' }, '\nStopped.\n'),
      );
      expect(await failureOf(restart())).toMatchObject({
        code: 'RESTART_FAILED',
        effect: 'none',
        message: 'The host asked «Continue (y/n)?», which Lockstep answered with no.',
      });
    });

    it('when it failed and the host is gone before it could be asked again', async () => {
      const { restart } = await begin((host) => ({
        ...saying(`${restartBegun}${stopping(name)}${name}[FAILED]\n`),
        list: [{ act: () => host().fin() }],
      }));
      expect(await failureOf(restart())).toMatchObject({
        code: 'RESTART_FAILED',
        effect: 'applied',
        message: 'The host says that Cisco Tomcat failed; it could not be asked again.',
      });
    });
  });

  describe('has an outcome that is not known', () => {
    const begun = [restartBegun, stopping(name)] as const;

    it('when the host hangs after [STOPPING]', async () => {
      const { restart, told } = await begin(() => saying(...begun, { waitMs: 60_000 }), { longestMs: 2_000 });
      expect(await failureOf(restart())).toMatchObject({ code: 'COMMAND_TIMEOUT', afterRequest: true });
      expect(told).toContain('Cisco Tomcat[STOPPING]');
    });

    it('when the host hangs in the middle of a line, which is told', async () => {
      const { restart, told } = await begin(() => saying(restartBegun, `${name}[STOP`, { waitMs: 60_000 }), {
        longestMs: 1_500,
      });
      expect(await failureOf(restart())).toMatchObject({ code: 'COMMAND_TIMEOUT', afterRequest: true });
      expect(told.at(-1)).toBe('Cisco Tomcat[STOP');
    });

    it('when [STARTED] comes and the prompt does not', async () => {
      const { restart } = await begin(() => saying(restarted(name), { waitMs: 60_000 }), { longestMs: 2_000 });
      expect(await failureOf(restart())).toMatchObject({ code: 'COMMAND_TIMEOUT', afterRequest: true });
    });

    it('when the limit of the settings is over; without one ten minutes', async () => {
      const { restart } = await begin(() => saying(...begun, { waitMs: 60_000 }), { settings: { limitSeconds: 1 } });
      const start = performance.now();
      expect(await failureOf(restart())).toMatchObject({ code: 'COMMAND_TIMEOUT', afterRequest: true });
      expect(performance.now() - start).toBeLessThan(5_000);
      expect(driver.restartLimitMs).toBe(600_000);
    });

    it.each<[string, (host: () => VosHost) => VosMove, string]>([
      ['says goodbye (FIN)', (host) => ({ act: () => host().fin() }), 'goodbye'],
      ['resets the connection (RST)', (host) => ({ act: () => host().reset() }), 'reset'],
      ['closes the shell before the connection', () => ({ act: (channel) => channel.close() }), 'channel'],
      ['ends the shell’s output alone', () => ({ act: (channel) => channel.end() }), 'channel'],
    ])('when the host %s, told at once', async (_how, fault, lostBy) => {
      const { restart, host } = await begin((vos) => saying(...begun, { waitMs: 100 }, fault(vos)));
      const start = performance.now();
      expect(await failureOf(restart())).toMatchObject({ code: 'CONNECTION_LOST', afterRequest: true, lostBy });
      expect(performance.now() - start).toBeLessThan(3_000);
      if (lostBy === 'channel') expect((await driver.look(host, name)).state).toBe('active');
    });

    it('when the host freezes, noticed by keepalive', async () => {
      const { restart } = await begin((host) => saying(...begun, { act: () => host().freeze() }, { waitMs: 60_000 }));
      expect(await failureOf(restart())).toMatchObject({
        code: 'CONNECTION_LOST',
        afterRequest: true,
        lostBy: 'silence',
      });
    }, 20_000);
  });

  describe('fails cleanly, before anything was asked,', () => {
    it('when the prompt never comes', async () => {
      const { restart, typed } = await begin(() => ({ banner: ['please wait ...\n', { waitMs: 60_000 }] }), {
        longestMs: 1_500,
      });
      expect(await failureOf(restart())).toMatchObject({
        code: 'COMMAND_TIMEOUT',
        afterRequest: false,
        message: 'The command line interface of the host gave no prompt in time.',
        hostWords: 'please wait ...',
      });
      expect(typed).toEqual([]);
    });

    it.each<[string, (host: () => VosHost) => VosMove]>([
      ['says goodbye', (host) => ({ act: () => host().fin() })],
      ['resets the connection', (host) => ({ act: () => host().reset() })],
      ['closes the shell', () => ({ act: (channel) => channel.close() })],
    ])('when the host %s instead of a prompt', async (_how, fault) => {
      const { restart, typed } = await begin((vos) => ({ banner: ['please wait ...\n', { waitMs: 50 }, fault(vos)] }));
      expect(await failureOf(restart())).toMatchObject({ code: 'CONNECTION_LOST', afterRequest: false });
      expect(typed).toEqual([]);
    });

    it('when the host wants something typed at its login', async () => {
      const { restart, typed } = await begin(() => ({ banner: ['Accept the terms (yes/no)? ', { key: 'any' }] }));
      expect(await failureOf(restart())).toMatchObject({
        code: 'COMMAND_FAILED',
        hostWords: 'Accept the terms (yes/no)?',
      });
      expect(typed).toEqual([]);
    });

    it('when it was told to stop before: nothing is typed', async () => {
      const { host, typed } = await begin(() => ({}));
      await driver.list(host);
      const reason = new Error('cancelled');
      const stopped = { ...host, signal: AbortSignal.abort(reason) };
      await expect(driver.restart(stopped, name, () => undefined)).rejects.toBe(reason);
      expect(typed).toEqual(['utils service list']);
    });

    it('when the connection was lost before', async () => {
      const { restart, host, vos } = await begin(() => ({}));
      await driver.list(host);
      vos.fin();
      await new Promise<unknown>((resolve) => host.session.onLost(resolve));
      expect(await failureOf(restart())).toMatchObject({ code: 'CONNECTION_LOST', afterRequest: false });
    });
  });
});
