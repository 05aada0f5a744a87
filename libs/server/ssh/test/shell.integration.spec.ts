import { setTimeout as pause } from 'node:timers/promises';
import type { SshSession } from '../src/link/ssh-session.js';
import type { SshShell } from '../src/link/ssh-shell.js';
import { failureOf, limit, open, socketsTo, targetOf, useSshd } from './ssh-support.js';
import { type PlayShell, startShellHost } from './shell-support.js';

const size = { columns: 200, rows: 50 };

describe('a shell', () => {
  describe('of a real sshd', () => {
    const host = useSshd();

    it('is a terminal of the asked size, and answers what is typed', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const shell = await session.openShell({ ...limit, ...size });
      shell.write("PS1='ready''> '; stty -echo\r");
      await shell.readUntil({ ...limit, until: /ready> $/ });
      shell.write('stty size; echo done-$((40+2))\r');
      const { text } = await shell.readUntil({ ...limit, until: /ready> $/, quietMs: 50 });
      expect(text).toContain('50 200\r\ndone-42\r\n');
      shell.close();
    });

    it('that ends by itself is told, though the connection lives on', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const shell = await session.openShell({ ...limit, ...size });
      shell.write('exit\r');
      expect(await failureOf(shell.readUntil({ ...limit, until: /never$/ }))).toMatchObject({
        code: 'CONNECTION_LOST',
        lostBy: 'channel',
        afterRequest: true,
      });
      expect(session.failure).toBeUndefined();
      expect(await session.runScript({ ...limit, script: 'true' })).toMatchObject({ code: 0 });
    });

    it('is noticed to be gone with a frozen host', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const shell = await session.openShell({ ...limit, ...size });
      await host.sshd.freeze();
      const reading = shell.readUntil({ deadlineMs: 20_000, until: /never$/ });
      expect(await failureOf(reading)).toMatchObject({ code: 'CONNECTION_LOST', lostBy: 'silence' });
    });

    it('gives its channel back: one after the other, more than the host allows at once', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      for (let count = 0; count < 12; count += 1) (await session.openShell({ ...limit, ...size })).close();
    });
  });

  describe('of a host that breaks off', () => {
    const begin = async (
      play: PlayShell,
      use: (shell: SshShell, session: SshSession) => Promise<void>,
    ): Promise<void> => {
      const host = await startShellHost(play);
      const session = await open(host.target);
      try {
        await use(await session.openShell({ ...limit, ...size }), session);
      } finally {
        session.destroy();
        host.stop();
      }
      await pause(20);
      expect(socketsTo(host.target.port)).toBe(0);
    };
    const never = { ...limit, until: /admin:$/ };

    it('by FIN: said at once, with the words said so far', async () => {
      const play: PlayShell = (shell, { socket }) => shell.write('Starting', () => socket.end());
      await begin(play, async (shell) => {
        expect(await failureOf(shell.readUntil(never))).toMatchObject({
          lostBy: 'goodbye',
          hostWords: 'Starting',
          afterRequest: false,
        });
        expect(() => shell.write('x')).toThrow('The host closed the connection.');
      });
    });

    it('by RST', async () => {
      await begin(
        (_shell, { socket }) => void setTimeout(() => socket.resetAndDestroy(), 50),
        async (shell) => {
          shell.write('restart\r');
          expect(await failureOf(shell.readUntil(never))).toMatchObject({ lostBy: 'reset', afterRequest: true });
        },
      );
    });

    it.each<[string, PlayShell]>([
      ['by closing the channel alone', (shell) => void setTimeout(() => shell.close(), 50)],
      ['by ending its output alone', (shell) => void setTimeout(() => shell.end(), 50)],
    ])('%s, while the connection lives on', async (_how, play) => {
      await begin(play, async (shell, session) => {
        const begun = performance.now();
        expect(await failureOf(shell.readUntil(never))).toMatchObject({ lostBy: 'channel' });
        expect(performance.now() - begun).toBeLessThan(1_000);
        expect(session.failure).toBeUndefined();
        expect(await failureOf(shell.readUntil(never))).toMatchObject({ lostBy: 'channel' });
      });
    });

    it('by saying nothing: the deadline ends the wait', async () => {
      await begin(
        () => undefined,
        async (shell) => {
          shell.write('x');
          const reading = shell.readUntil({ ...never, deadlineMs: 200 });
          expect(await failureOf(reading)).toMatchObject({ code: 'COMMAND_TIMEOUT', afterRequest: true });
        },
      );
    });
  });

  describe('reads', () => {
    const saying = (pieces: readonly (string | Buffer)[]): PlayShell => {
      return (shell) => void say(shell, pieces);
    };
    const say = async (shell: Parameters<PlayShell>[0], pieces: readonly (string | Buffer)[]): Promise<void> => {
      for (const piece of pieces) {
        shell.write(piece);
        await pause(15);
      }
    };
    const read = async (play: PlayShell, quietMs = 100): Promise<{ text: string; heard: string; cut: boolean }> => {
      const host = await startShellHost(play);
      const session = await open(host.target);
      const shell = await session.openShell({ ...limit, ...size });
      let heard = '';
      const answer = await shell.readUntil({
        ...limit,
        until: /(?:^|[\r\n])admin:$/,
        quietMs,
        onText: (text) => (heard += text),
      });
      session.destroy();
      host.stop();
      return { text: answer.text, heard, cut: answer.cut };
    };

    it('what is cut anywhere, inside a character and inside an escape sequence', async () => {
      const whole = Buffer.from('Grüße\r\n\u001b[1mPress\u001b[0m \u001b]0;title\u0007on\u001b[Kadmin:');
      const expected = 'Grüße\r\nPress on\radmin:';
      const bytes = Array.from(whole, (byte) => Buffer.from([byte]));
      expect(await read(saying(bytes))).toEqual({ text: expected, heard: expected, cut: false });
      expect((await read(saying([whole]))).text).toBe(expected);
    });

    it('beyond a match that is not the last word', async () => {
      const { text } = await read(saying(['\r\nadmin:', ' is told first\r\n', 'admin:']));
      expect(text).toBe('\r\nadmin: is told first\r\nadmin:');
    });

    it('what came in the packet that closed the shell', async () => {
      const play: PlayShell = (shell) => {
        shell.write('[STARTED]\r\nadmin:');
        shell.close();
      };
      expect((await read(play)).text).toBe('[STARTED]\r\nadmin:');
    });

    it('a flood in bounded memory, and marks that older words were dropped', async () => {
      const play: PlayShell = (shell) => {
        for (let count = 0; count < 100; count += 1) shell.write(Buffer.alloc(32_768, 'x'));
        shell.write('\r\nadmin:');
      };
      const { text, cut } = await read(play);
      expect(cut).toBe(true);
      expect(text).toHaveLength(262_144);
    });
  });

  it('is not waited for beyond its deadline, nor beyond its signal', async () => {
    const host = await startShellHost(() => undefined);
    const session = await open(host.target);
    const controller = new AbortController();
    const shell = await session.openShell({ ...limit, ...size });
    const reason = new Error('cancelled');
    setTimeout(() => controller.abort(reason), 50);
    await expect(shell.readUntil({ ...limit, signal: controller.signal, until: /never$/ })).rejects.toBe(reason);
    session.destroy();
    host.stop();
    expect(await failureOf(session.openShell({ ...limit, ...size }))).toMatchObject({ code: 'CONNECTION_LOST' });
  });
});
