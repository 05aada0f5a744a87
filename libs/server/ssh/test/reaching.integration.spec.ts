import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { generateSshKey, startSshd, waitUntil } from '@lockstep/server-testing';
import { judgeHostKey } from '../src/host-key-judgement.js';
import type { SshStage } from '../src/open-ssh-session.js';
import { failureOf, limit, listen, open, short, socketsTo, startSilentPort, targetOf, useSshd } from './ssh-support.js';

describe('reaching a host', () => {
  const host = useSshd();

  it('is opened in four stages that can be watched, with one login attempt', async () => {
    const attempts = await host.sshd.loginAttempts();
    const seen: [SshStage, string, object][] = [];
    await host.openKept(targetOf(host.sshd), {
      observe: async (stage, work) => {
        const report = await work();
        seen.push([stage, report.message, report.facts]);
        return report.value;
      },
    });
    expect(seen.map(([stage]) => stage)).toEqual(['resolve', 'connect', 'host_key', 'authenticate']);
    expect(seen[0]?.[2]).toEqual({ addresses: ['127.0.0.1'] });
    expect(seen[1]?.[2]).toMatchObject({ address: '127.0.0.1', connectMs: expect.any(Number) });
    expect(seen[2]?.[2]).toMatchObject({
      serverSoftware: expect.stringMatching(/^OpenSSH_/),
      hostKeyType: 'ssh-ed25519',
      fingerprint: host.sshd.hostKeyFingerprint,
      keyExchange: expect.stringContaining('curve25519'),
      cipher: expect.any(String),
    });
    expect(seen[3]?.[2]).toMatchObject({ loginMethod: 'ssh-ed25519' });
    await waitUntil(
      'the attempt is logged',
      async () => (await host.sshd.loginAttempts()) - attempts === 1 || undefined,
    );
    expect(await host.sshd.log()).not.toContain('Failed none');
  });

  it('reaches a host by its name, on the address where it listens', async () => {
    await host.openKept(targetOf(host.sshd, { host: 'localhost' }));
  });

  it('closes its socket when it is closed', async () => {
    const session = await open(targetOf(host.sshd));
    expect(socketsTo(host.sshd.port)).toBe(1);
    await session.close();
    expect(socketsTo(host.sshd.port)).toBe(0);
    expect(session.failure?.code).toBe('CONNECTION_LOST');
  });

  describe('before the login', () => {
    it.each([
      ['no-such-host.invalid', 22, 'NAME_NOT_RESOLVED'],
      ['169.254.169.254', 22, 'NETWORK_NOT_ALLOWED'],
      ['127.0.0.1', 43_000, 'NETWORK_NOT_ALLOWED'],
      ['127.0.0.1', 1, 'CONNECTION_REFUSED'],
    ])('says of %s port %d: %s', async (name, port, code) => {
      expect(await failureOf(open(targetOf(host.sshd, { host: name, port })))).toMatchObject({ code });
    });

    it('sees by a deadline that nothing answers', async () => {
      const silent = await startSilentPort();
      const begun = performance.now();
      expect(await failureOf(open(targetOf(host.sshd, { port: silent.port }), { deadlines: short }))).toMatchObject({
        code: 'CONNECT_TIMEOUT',
      });
      expect(performance.now() - begun).toBeLessThan(short.connect + 5_000);
      expect(socketsTo(silent.port)).toBe(8);
      silent.stop();
    });

    it('shows the host’s words when what answers is no SSH server', async () => {
      const server = await listen((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n')),
      );
      const failure = await failureOf(open(targetOf(host.sshd, { port: server.port })));
      expect(failure.code).toBe('NOT_SSH');
      expect(failure.hostWords).toContain('HTTP/1.1 400 Bad Request');
      server.close();
    });

    it('waits no longer than its deadline for a server that says nothing', async () => {
      const server = await listen(() => undefined);
      expect(await failureOf(open(targetOf(host.sshd, { port: server.port }), { deadlines: short }))).toMatchObject({
        code: 'HOST_KEY_TIMEOUT',
      });
      expect(socketsTo(server.port)).toBe(0);
      server.close();
    });

    it('tries again when the host drops new connections, and then says so', async () => {
      let dropped = 0;
      const server = await listen((socket) => {
        dropped += 1;
        socket.end('Exceeded MaxStartups\r\n');
      });
      const failure = await failureOf(open(targetOf(host.sshd, { port: server.port })));
      expect(failure).toMatchObject({ code: 'CONNECTION_LOST', hostWords: 'Exceeded MaxStartups' });
      expect(dropped).toBe(4);
      server.close();
    });

    it('names the algorithms when there is none in common', async () => {
      const old = await startSshd({ user: host.sshd.user, config: ['Ciphers 3des-cbc'] });
      const failure = await failureOf(open(targetOf(old)));
      await old.stop();
      expect(failure.code).toBe('KEY_EXCHANGE_FAILED');
      expect(failure.message).toMatch(/cipher/i);
    });
  });

  describe('and the host key', () => {
    it('is unknown at first: no login is tried', async () => {
      const attempts = await host.sshd.loginAttempts();
      const failure = await failureOf(
        open(targetOf(host.sshd, { verifyHostKey: (offered) => judgeHostKey([], offered) })),
      );
      expect(failure).toMatchObject({ code: 'HOST_KEY_UNKNOWN' });
      expect(failure.message).toContain(host.sshd.hostKeyFingerprint);
      expect(await host.sshd.loginAttempts()).toBe(attempts);
    });

    it('has changed: refused with both fingerprints, and no login is tried', async () => {
      const before = host.sshd.hostKeyFingerprint;
      await host.sshd.changeHostKey();
      const attempts = await host.sshd.loginAttempts();
      const approved = [{ algorithm: 'ssh-ed25519', fingerprint: before }];
      const failure = await failureOf(
        open(targetOf(host.sshd, { verifyHostKey: (offered) => judgeHostKey(approved, offered) })),
      );
      expect(failure.code).toBe('HOST_KEY_CHANGED');
      expect(failure.message).toContain(before);
      expect(failure.message).toContain(host.sshd.hostKeyFingerprint);
      const log = await waitUntil('the end is logged', async () =>
        (await host.sshd.log()).includes('Connection closed') ? host.sshd.log() : undefined,
      );
      expect(await host.sshd.loginAttempts()).toBe(attempts);
      expect(log).not.toMatch(/Failed|Invalid user/);
    });

    it('of the approved type is asked for first', async () => {
      const { privateKey } = await generateSshKey({ type: 'rsa' });
      const folder = await mkdtemp('/tmp/lockstep-rsa-');
      await writeFile(`${folder}/key`, privateKey, { mode: 0o600 });
      const two = await startSshd({ user: host.sshd.user, config: [`HostKey ${folder}/key`] });
      const seen: string[] = [];
      const verifyHostKey = ({ algorithm }: { algorithm: string }): void => void seen.push(algorithm);
      for (const knownHostKeyTypes of [[], ['ssh-rsa']])
        (await open(targetOf(two, { verifyHostKey, knownHostKeyTypes }))).destroy();
      await two.stop();
      await rm(folder, { recursive: true });
      expect(seen).toEqual(['ssh-ed25519', 'ssh-rsa']);
    });
  });

  describe('is stopped by its signal', () => {
    it.each<[SshStage]>([['resolve'], ['connect'], ['host_key'], ['authenticate']])(
      'in the stage %s, leaving no socket',
      async (stage) => {
        const controller = new AbortController();
        const reason = new Error('cancelled');
        const opening = open(targetOf(host.sshd), {
          signal: controller.signal,
          observe: async (name, work) => {
            const working = work();
            if (name === stage) controller.abort(reason);
            return (await working).value;
          },
        });
        await expect(opening).rejects.toBe(reason);
        await waitUntil('the socket is closed', async () => (socketsTo(host.sshd.port) === 0 ? true : undefined));
      },
    );

    it('in a command', async () => {
      const session = await host.openKept(targetOf(host.sshd));
      const controller = new AbortController();
      const reason = new Error('cancelled');
      const running = session.runScript({ ...limit, signal: controller.signal, script: 'sleep 5' });
      setTimeout(() => controller.abort(reason), 100);
      await expect(running).rejects.toBe(reason);
    });
  });
});
