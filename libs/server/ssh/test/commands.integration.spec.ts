import { Socket } from 'node:net';
import { jest } from '@jest/globals';
import { startSshd } from '@lockstep/server-testing';
import type { SshError } from '../src/ssh-error.js';
import { failureOf, limit, open, short, targetOf, useSshd } from './ssh-support.js';

describe('a session', () => {
  const host = useSshd();

  describe('with a frozen host', () => {
    it('ends at the connection by its deadline', async () => {
      await host.sshd.freeze();
      const begun = performance.now();
      expect(await failureOf(open(targetOf(host.sshd), { deadlines: short }))).toMatchObject({
        code: 'HOST_KEY_TIMEOUT',
      });
      expect(performance.now() - begun).toBeLessThan(short.host_key + 5_000);
    });

    it('ends at the login by its deadline', async () => {
      const verifyHostKey = (): Promise<void> => host.sshd.freeze();
      const begun = performance.now();
      expect(await failureOf(open(targetOf(host.sshd, { verifyHostKey }), { deadlines: short }))).toMatchObject({
        code: 'AUTHENTICATION_TIMEOUT',
      });
      expect(performance.now() - begun).toBeLessThan(short.authenticate + 5_000);
    });

    it('ends at a command by its deadline, whose outcome is then not known', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const running = session.runScript({ script: 'sleep 60', deadlineMs: 1_000 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      await host.sshd.freeze();
      expect(await failureOf(running)).toMatchObject({ code: 'COMMAND_TIMEOUT', afterRequest: true });
    });

    it('is noticed within fifteen seconds by keepalive alone', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const lost = new Promise<SshError>((resolve) => session.onLost(resolve));
      await host.sshd.freeze();
      const begun = performance.now();
      expect(await lost).toMatchObject({ code: 'CONNECTION_LOST', message: 'The host stopped answering.' });
      expect(performance.now() - begun).toBeLessThan(15_000);
    }, 20_000);
  });

  describe('runs a script', () => {
    it('with its input by standard input, and tells status and both streams', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const lines: string[] = [];
      const result = await session.runScript({
        ...limit,
        script: 'read -r name\nprintf "hello %s\\n" "$name"\ncat\nprintf "oops\\n" >&2\nexit 3',
        input: '$(touch /tmp/x); it\'s "me"\nrest',
        onLine: (stream, line) => lines.push(`${stream} ${line}`),
      });
      expect(result).toEqual({
        code: 3,
        signal: null,
        stdout: 'hello $(touch /tmp/x); it\'s "me"\nrest',
        stderr: 'oops\n',
        cut: false,
      });
      expect(lines.sort()).toEqual(['stderr oops', 'stdout hello $(touch /tmp/x); it\'s "me"', 'stdout rest']);
    });

    it('that ends without reading its input', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const result = await session.runScript({ ...limit, script: 'exit 0', input: 'x'.repeat(1_000_000) });
      expect(result.code).toBe(0);
    });

    it('that is killed: no status, its signal is told', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      expect(await session.runScript({ ...limit, script: 'kill -TERM $$' })).toMatchObject({
        code: null,
        signal: 'SIGTERM',
      });
    });

    it('never in part: what is cut off on the way is a syntax error', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const half = await session.runScript({
        ...limit,
        script: 'sh -c \'eval "$(dd bs=1 count=100 2>/dev/null)"\' <<"END"\n{\necho ran\nEND',
      });
      expect(half.stdout).toBe('');
      expect(half.code).not.toBe(0);
    });

    it('keeps a bounded part of what it prints and marks the cut', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const result = await session.runScript({
        ...limit,
        script: 'head -c 5000000 /dev/zero | tr "\\0" x; printf "\\0end"',
        maximumOutput: 1_000,
      });
      expect(result).toMatchObject({ code: 0, cut: true });
      expect(result.stdout).toBe(`${'x'.repeat(1_000)}\n… (cut)`);
    });

    it('without Nagle’s delay, which would cost each command some ninety milliseconds', async () => {
      const setNoDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
      const session = await host.openKept(targetOf(host.sshd));
      expect(setNoDelay.mock.contexts).toEqual([expect.objectContaining({ remotePort: host.sshd.port })]);
      expect(setNoDelay).toHaveBeenCalledWith(true);
      setNoDelay.mockRestore();
      expect(await session.runScript({ ...limit, script: 'true' })).toMatchObject({ code: 0 });
    });

    it('twelve at once, of which the host is asked for eight at a time', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const results = await Promise.all(
        Array.from({ length: 12 }, () => session.runScript({ ...limit, script: 'sleep 0.1' })),
      );
      expect(results.map(({ code }) => code)).toEqual(Array.from({ length: 12 }, () => 0));
    });

    it('whose link is lost: the outcome is not known', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const running = session.runScript({ ...limit, script: 'kill -9 $PPID; sleep 5' });
      expect(await failureOf(running)).toMatchObject({ code: 'CONNECTION_LOST', afterRequest: true });
    });

    it('not at all after the session is closed', async () => {
      const session = await open(targetOf(host.sshd));
      await session.close();
      expect(await failureOf(session.runScript({ ...limit, script: 'true' }))).toMatchObject({
        code: 'CONNECTION_LOST',
        afterRequest: false,
      });
    });
  });

  describe('offers SFTP', () => {
    it('that finds the home folder and whether it can be written to', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const sftp = await session.openSftp(limit);
      const home = await sftp.home(limit);
      expect(home).toMatch(/^\//);
      expect(await sftp.whyNotWritable(home, limit)).toBeNull();
      expect(await sftp.whyNotWritable('/proc', limit)).toEqual(expect.any(String));
      const { stdout } = await session.runScript({ ...limit, script: 'ls -a "$HOME" | grep -c "^.lockstep-" || true' });
      expect(stdout).toBe('0\n');
      sftp.close();
    });

    it('or says that it is not there', async () => {
      const without = await startSshd({ user: host.sshd.user, config: ['ForceCommand /bin/false'] });
      const session = await open(targetOf(without));
      const failure = await failureOf(session.openSftp({ deadlineMs: 2_000 }));
      session.destroy();
      await without.stop();
      expect(failure.code).toBe('SFTP_UNAVAILABLE');
    });
  });
});
