import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { type Sshd, generateSshKey, runsAsRoot, startSshd, waitUntil } from '@lockstep/server-testing';
import { judgeHostKey } from './host-key-judgement.js';
import type { SshSession } from './link/ssh-session.js';
import { NetworkPolicy } from './network/network-policy.js';
import { type OpenOptions, type SshDeadlines, type SshStage, type SshTarget, openSshSession } from './open-ssh-session.js';
import { SshError } from './ssh-error.js';

const policy = new NetworkPolicy({ listenHost: '127.0.0.1', listenPort: 43_000 });
const never = new AbortController().signal;
const short: SshDeadlines = { resolve: 1_000, connect: 1_000, host_key: 1_500, authenticate: 1_500 };
const limit = { deadlineMs: 5_000 };
const asRoot = runsAsRoot ? it : it.skip;

const targetOf = (sshd: Sshd, change: Partial<SshTarget> = {}): SshTarget => ({
  name: 'host',
  host: sshd.address,
  port: sshd.port,
  username: sshd.username,
  credential: () => ({ kind: 'private_key', privateKey: sshd.user.privateKey }),
  verifyHostKey: (offered) => judgeHostKey([{ algorithm: 'ssh-ed25519', fingerprint: sshd.hostKeyFingerprint }], offered),
  ...change,
});
const open = (target: SshTarget, options: Partial<OpenOptions> = {}): Promise<SshSession> =>
  openSshSession(target, { policy, signal: never, ...options });
const failureOf = async (work: Promise<unknown>): Promise<SshError> => {
  const error: unknown = await work.then(() => new Error('it did not fail'), (reason: unknown) => reason);
  if (error instanceof SshError) return error;
  throw error as Error;
};

/** Connected TCP sockets of this process to a port, read from the kernel. */
const socketsTo = (port: number): number => {
  const inodes = new Set(readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? ''];
    } catch {
      return [];
    }
  }));
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const table = readFileSync('/proc/net/tcp', 'utf8');
  return table.split('\n').map((line) => line.trim().split(/\s+/)).filter((f) => f[2]?.endsWith(`:${hexPort}`) && inodes.has(f[9] ?? '')).length;
};

describe('an SSH session', () => {
  let sshd: Sshd;
  const opened: SshSession[] = [];
  const openKept = async (...parameters: Parameters<typeof open>): Promise<SshSession> => {
    const session = await open(...parameters);
    opened.push(session);
    return session;
  };

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterEach(async () => {
    for (const session of opened.splice(0)) session.destroy();
    await sshd.thaw();
    expect(socketsTo(sshd.port)).toBe(0);
  });
  afterAll(() => sshd.stop());

  it('is opened in four stages that can be watched, with one login attempt', async () => {
    const attempts = await sshd.loginAttempts();
    const seen: [SshStage, string, object][] = [];
    await openKept(targetOf(sshd), {
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
      serverSoftware: expect.stringMatching(/^OpenSSH_/), hostKeyType: 'ssh-ed25519', fingerprint: sshd.hostKeyFingerprint,
      keyExchange: expect.stringContaining('curve25519'), cipher: expect.any(String),
    });
    expect(seen[3]?.[2]).toMatchObject({ loginMethod: 'ssh-ed25519' });
    await waitUntil('the attempt is logged', async () => (await sshd.loginAttempts()) - attempts === 1 || undefined);
    expect(await sshd.log()).not.toContain('Failed none');
  });

  it('reaches a host by its name, on the address where it listens', async () => {
    await openKept(targetOf(sshd, { host: 'localhost' }));
  });

  it('closes its socket when it is closed', async () => {
    const session = await open(targetOf(sshd));
    expect(socketsTo(sshd.port)).toBe(1);
    await session.close();
    expect(socketsTo(sshd.port)).toBe(0);
    expect(session.failure?.code).toBe('CONNECTION_LOST');
  });

  describe('before the login', () => {
    it.each([
      ['no-such-host.invalid', 22, 'NAME_NOT_RESOLVED'],
      ['169.254.169.254', 22, 'NETWORK_NOT_ALLOWED'],
      ['127.0.0.1', 43_000, 'NETWORK_NOT_ALLOWED'],
      ['127.0.0.1', 1, 'CONNECTION_REFUSED'],
    ])('says of %s port %d: %s', async (host, port, code) => {
      expect(await failureOf(open(targetOf(sshd, { host, port })))).toMatchObject({ code });
    });

    it('sees by a deadline that nothing answers', async () => {
      const silent = await startSilentPort();
      const begun = performance.now();
      expect(await failureOf(open(targetOf(sshd, { port: silent.port }), { deadlines: short }))).toMatchObject({ code: 'CONNECT_TIMEOUT' });
      expect(performance.now() - begun).toBeLessThan(short.connect + 500);
      expect(socketsTo(silent.port)).toBe(8);
      silent.stop();
    });

    it('shows the host’s words when what answers is no SSH server', async () => {
      const server = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n')));
      const failure = await failureOf(open(targetOf(sshd, { port: server.port })));
      expect(failure.code).toBe('NOT_SSH');
      expect(failure.hostWords).toContain('HTTP/1.1 400 Bad Request');
      server.close();
    });

    it('waits no longer than its deadline for a server that says nothing', async () => {
      const server = await listen(() => undefined);
      expect(await failureOf(open(targetOf(sshd, { port: server.port }), { deadlines: short }))).toMatchObject({ code: 'HOST_KEY_TIMEOUT' });
      expect(socketsTo(server.port)).toBe(0);
      server.close();
    });

    it('tries again when the host drops new connections, and then says so', async () => {
      let dropped = 0;
      const server = await listen((socket) => {
        dropped += 1;
        socket.end('Exceeded MaxStartups\r\n');
      });
      const failure = await failureOf(open(targetOf(sshd, { port: server.port })));
      expect(failure).toMatchObject({ code: 'CONNECTION_LOST', hostWords: 'Exceeded MaxStartups' });
      expect(dropped).toBe(4);
      server.close();
    });

    it('names the algorithms when there is none in common', async () => {
      const old = await startSshd({ user: sshd.user, config: ['Ciphers 3des-cbc'] });
      const failure = await failureOf(open(targetOf(old)));
      await old.stop();
      expect(failure.code).toBe('KEY_EXCHANGE_FAILED');
      expect(failure.message).toMatch(/cipher/i);
    });
  });

  describe('and the host key', () => {
    it('is unknown at first: no login is tried', async () => {
      const attempts = await sshd.loginAttempts();
      const failure = await failureOf(open(targetOf(sshd, { verifyHostKey: (offered) => judgeHostKey([], offered) })));
      expect(failure).toMatchObject({ code: 'HOST_KEY_UNKNOWN' });
      expect(failure.message).toContain(sshd.hostKeyFingerprint);
      expect(await sshd.loginAttempts()).toBe(attempts);
    });

    it('has changed: refused with both fingerprints, and no login is tried', async () => {
      const before = sshd.hostKeyFingerprint;
      await sshd.changeHostKey();
      const attempts = await sshd.loginAttempts();
      const approved = [{ algorithm: 'ssh-ed25519', fingerprint: before }];
      const failure = await failureOf(open(targetOf(sshd, { verifyHostKey: (offered) => judgeHostKey(approved, offered) })));
      expect(failure.code).toBe('HOST_KEY_CHANGED');
      expect(failure.message).toContain(before);
      expect(failure.message).toContain(sshd.hostKeyFingerprint);
      const log = await waitUntil('the end is logged', async () => ((await sshd.log()).includes('Connection closed') ? sshd.log() : undefined));
      expect(await sshd.loginAttempts()).toBe(attempts);
      expect(log).not.toMatch(/Failed|Invalid user/);
    });

    it('of the approved type is asked for first', async () => {
      const { privateKey } = await generateSshKey({ type: 'rsa' });
      const folder = await mkdtemp('/tmp/lockstep-rsa-');
      await writeFile(`${folder}/key`, privateKey, { mode: 0o600 });
      const two = await startSshd({ user: sshd.user, config: [`HostKey ${folder}/key`] });
      const seen: string[] = [];
      const verifyHostKey = ({ algorithm }: { algorithm: string }): void => void seen.push(algorithm);
      for (const knownHostKeyTypes of [[], ['ssh-rsa']]) (await open(targetOf(two, { verifyHostKey, knownHostKeyTypes }))).destroy();
      await two.stop();
      await rm(folder, { recursive: true });
      expect(seen).toEqual(['ssh-ed25519', 'ssh-rsa']);
    });
  });

  describe('and the login', () => {
    it('with a wrong key: exactly one attempt', async () => {
      const attempts = await sshd.loginAttempts();
      const { privateKey } = await generateSshKey();
      const failure = await failureOf(open(targetOf(sshd, { credential: () => ({ kind: 'private_key', privateKey }) })));
      expect(failure).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
      await waitUntil('the end is logged', async () => ((await sshd.log()).trimEnd().endsWith('[preauth]') ? true : undefined));
      expect((await sshd.loginAttempts()) - attempts).toBe(1);
    });

    it('with a wrong RSA key: exactly one attempt as well', async () => {
      const attempts = await sshd.loginAttempts();
      const { privateKey } = await generateSshKey({ type: 'rsa', format: 'PEM' });
      await failureOf(open(targetOf(sshd, { credential: () => ({ kind: 'private_key', privateKey }) })));
      await waitUntil('the end is logged', async () => ((await sshd.log()).trimEnd().endsWith('[preauth]') ? true : undefined));
      expect((await sshd.loginAttempts()) - attempts).toBe(1);
    });

    asRoot('with the password', async () => {
      await openKept(targetOf(sshd, { credential: () => ({ kind: 'password', password: sshd.user.password ?? '' }) }));
    });

    asRoot('with a wrong password: exactly one attempt', async () => {
      const attempts = await sshd.loginAttempts();
      const failure = await failureOf(open(targetOf(sshd, { credential: () => ({ kind: 'password', password: 'wrong' }) })));
      expect(failure).toMatchObject({ code: 'AUTHENTICATION_FAILED', message: `The host refused the password of ${sshd.username}.` });
      await waitUntil('the end is logged', async () => ((await sshd.log()).trimEnd().endsWith('[preauth]') ? true : undefined));
      expect((await sshd.loginAttempts()) - attempts).toBe(1);
    });

    asRoot('where the host asks for the password by keyboard-interactive, right and wrong', async () => {
      const pam = await startSshd({ user: sshd.user, config: ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes'] });
      (await open(targetOf(pam, { credential: () => ({ kind: 'password', password: sshd.user.password ?? '' }) }))).destroy();
      const attempts = await pam.loginAttempts();
      const failure = await failureOf(open(targetOf(pam, { credential: () => ({ kind: 'password', password: 'wrong' }) })));
      const later = await waitUntil('the attempt is logged', async () => ((await pam.loginAttempts()) > attempts ? pam.loginAttempts() : undefined));
      await pam.stop();
      expect(failure.code).toBe('AUTHENTICATION_FAILED');
      expect(later - attempts).toBe(1);
    });

    it('says what the host takes when it does not take this kind of credential', async () => {
      const keysOnly = await startSshd({ user: sshd.user, config: ['PasswordAuthentication no'] });
      const failure = await failureOf(open(targetOf(keysOnly, { credential: () => ({ kind: 'password', password: 'x' }) })));
      expect(failure.message).toBe(`The host does not take a password for ${sshd.username}; it offers publickey.`);
      expect(await keysOnly.loginAttempts()).toBe(0);
      await keysOnly.stop();
    });

    asRoot('says so when the host wants a second factor', async () => {
      const two = await startSshd({ user: sshd.user, config: ['AuthenticationMethods publickey,password'] });
      const failure = await failureOf(open(targetOf(two)));
      await two.stop();
      expect(failure).toMatchObject({ code: 'AUTHENTICATION_FAILED', message: 'The host took the private key but asks for another factor: password.' });
    });

    it('without a credential, or with one that cannot be read, does not bother the host', async () => {
      const attempts = await sshd.loginAttempts();
      expect(await failureOf(open(targetOf(sshd, { credential: () => null })))).toMatchObject({ code: 'CREDENTIAL_MISSING' });
      const garbled = { kind: 'private_key', privateKey: 'garbled' } as const;
      expect(await failureOf(open(targetOf(sshd, { credential: () => garbled })))).toMatchObject({ code: 'CREDENTIAL_UNREADABLE' });
      expect(await sshd.loginAttempts()).toBe(attempts);
    });
  });

  describe('with a frozen host', () => {
    it('ends at the connection by its deadline', async () => {
      await sshd.freeze();
      const begun = performance.now();
      expect(await failureOf(open(targetOf(sshd), { deadlines: short }))).toMatchObject({ code: 'HOST_KEY_TIMEOUT' });
      expect(performance.now() - begun).toBeLessThan(short.host_key + 1_000);
    });

    it('ends at the login by its deadline', async () => {
      const verifyHostKey = (): Promise<void> => sshd.freeze();
      const begun = performance.now();
      expect(await failureOf(open(targetOf(sshd, { verifyHostKey }), { deadlines: short }))).toMatchObject({ code: 'AUTHENTICATION_TIMEOUT' });
      expect(performance.now() - begun).toBeLessThan(short.authenticate + 1_500);
    });

    it('ends at a command by its deadline, whose outcome is then not known', async () => {
      const session = await openKept(targetOf(sshd));
      const running = session.runScript({ script: 'sleep 60', deadlineMs: 1_000 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      await sshd.freeze();
      expect(await failureOf(running)).toMatchObject({ code: 'COMMAND_TIMEOUT', afterRequest: true });
    });

    it('is noticed within ten seconds by keepalive alone', async () => {
      const session = await openKept(targetOf(sshd));
      const lost = new Promise<SshError>((resolve) => session.onLost(resolve));
      await sshd.freeze();
      const begun = performance.now();
      expect(await lost).toMatchObject({ code: 'CONNECTION_LOST', message: 'The host stopped answering.' });
      expect(performance.now() - begun).toBeLessThan(10_000);
    }, 15_000);
  });

  describe('runs a script', () => {
    it('with its input by standard input, and tells status and both streams', async () => {
      const session = await openKept(targetOf(sshd));
      const lines: string[] = [];
      const result = await session.runScript({
        ...limit,
        script: 'read -r name\nprintf "hello %s\\n" "$name"\ncat\nprintf "oops\\n" >&2\nexit 3',
        input: "$(touch /tmp/x); it's \"me\"\nrest",
        onLine: (stream, line) => lines.push(`${stream} ${line}`),
      });
      expect(result).toEqual({ code: 3, signal: null, stdout: "hello $(touch /tmp/x); it's \"me\"\nrest", stderr: 'oops\n', cut: false });
      expect(lines.sort()).toEqual(["stderr oops", "stdout hello $(touch /tmp/x); it's \"me\"", 'stdout rest']);
    });

    it('that ends without reading its input', async () => {
      const session = await openKept(targetOf(sshd));
      const result = await session.runScript({ ...limit, script: 'exit 0', input: 'x'.repeat(1_000_000) });
      expect(result.code).toBe(0);
    });

    it('that is killed: no status, its signal is told', async () => {
      const session = await openKept(targetOf(sshd));
      expect(await session.runScript({ ...limit, script: 'kill -TERM $$' })).toMatchObject({ code: null, signal: 'SIGTERM' });
    });

    it('never in part: what is cut off on the way is a syntax error', async () => {
      const session = await openKept(targetOf(sshd));
      const half = await session.runScript({ ...limit, script: 'sh -c \'eval "$(dd bs=1 count=100 2>/dev/null)"\' <<"END"\n{\necho ran\nEND' });
      expect(half.stdout).toBe('');
      expect(half.code).not.toBe(0);
    });

    it('keeps a bounded part of what it prints and marks the cut', async () => {
      const session = await openKept(targetOf(sshd));
      const result = await session.runScript({ ...limit, script: 'head -c 5000000 /dev/zero | tr "\\0" x; printf "\\0end"', maximumOutput: 1_000 });
      expect(result).toMatchObject({ code: 0, cut: true });
      expect(result.stdout).toBe(`${'x'.repeat(1_000)}\n… (cut)`);
    });

    it('quickly: a command takes a few milliseconds, not Nagle’s ninety', async () => {
      const session = await openKept(targetOf(sshd));
      const times: number[] = [];
      for (let round = 0; round < 11; round += 1) {
        const begun = performance.now();
        await session.runScript({ ...limit, script: 'true' });
        times.push(performance.now() - begun);
      }
      expect(times.sort((a, b) => a - b)[5]).toBeLessThan(60);
    });

    it('twelve at once, of which the host is asked for eight at a time', async () => {
      const session = await openKept(targetOf(sshd));
      const results = await Promise.all(Array.from({ length: 12 }, () => session.runScript({ ...limit, script: 'sleep 0.1' })));
      expect(results.map(({ code }) => code)).toEqual(Array.from({ length: 12 }, () => 0));
    });

    it('whose link is lost: the outcome is not known', async () => {
      const session = await openKept(targetOf(sshd));
      const running = session.runScript({ ...limit, script: 'kill -9 $PPID; sleep 5' });
      expect(await failureOf(running)).toMatchObject({ code: 'CONNECTION_LOST', afterRequest: true });
    });

    it('not at all after the session is closed', async () => {
      const session = await open(targetOf(sshd));
      await session.close();
      expect(await failureOf(session.runScript({ ...limit, script: 'true' }))).toMatchObject({ code: 'CONNECTION_LOST', afterRequest: false });
    });
  });

  describe('offers SFTP', () => {
    it('that finds the home folder and whether it can be written to', async () => {
      const session = await openKept(targetOf(sshd));
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
      const without = await startSshd({ user: sshd.user, config: ['ForceCommand /bin/false'] });
      const session = await open(targetOf(without));
      const failure = await failureOf(session.openSftp({ deadlineMs: 2_000 }));
      session.destroy();
      await without.stop();
      expect(failure.code).toBe('SFTP_UNAVAILABLE');
    });
  });

  describe('through a jump host', () => {
    it('of any depth, closing all of them with the last', async () => {
      const [first, second] = await Promise.all([startSshd({ user: sshd.user }), startSshd({ user: sshd.user })]);
      const jump = targetOf(second, { name: 'second', jump: targetOf(first, { name: 'first' }) });
      const session = await open(targetOf(sshd, { jump }));
      expect((await session.runScript({ ...limit, script: 'echo "$SSH_CONNECTION"' })).stdout).toContain(String(sshd.port));
      expect([first, second, sshd].map(({ port }) => socketsTo(port))).toEqual([1, 0, 0]);
      await session.close();
      await waitUntil('all are closed', async () => ((socketsTo(first.port)) === 0 ? true : undefined));
      await Promise.all([first.stop(), second.stop()]);
    });

    it('whose key is not approved: nothing is tried beyond it', async () => {
      const connections = await sshd.connections();
      const jump = await startSshd({ user: sshd.user });
      const unapproved = targetOf(jump, { name: 'gate', verifyHostKey: (offered) => judgeHostKey([], offered) });
      const failure = await failureOf(open(targetOf(sshd, { jump: unapproved })));
      await jump.stop();
      expect(failure.code).toBe('JUMP_HOST_FAILED');
      expect(failure.message).toMatch(/^The jump host gate could not be used: The host showed the key SHA256:/);
      expect(await sshd.connections()).toBe(connections);
    });

    it('that does not forward', async () => {
      const jump = await startSshd({ user: sshd.user, config: ['AllowTcpForwarding no'] });
      const failure = await failureOf(open(targetOf(sshd, { jump: targetOf(jump) })));
      expect(socketsTo(jump.port)).toBe(0);
      await jump.stop();
      expect(failure).toMatchObject({ code: 'CHANNEL_REFUSED' });
    });

    it('that leads back to itself is refused', async () => {
      const circle: { -readonly [Key in keyof SshTarget]: SshTarget[Key] } = targetOf(sshd);
      circle.jump = targetOf(sshd, { jump: circle });
      expect(await failureOf(open(circle))).toMatchObject({ code: 'JUMP_HOST_FAILED' });
    });
  });

  describe('is stopped by its signal', () => {
    it.each<[SshStage]>([['resolve'], ['connect'], ['host_key'], ['authenticate']])('in the stage %s, leaving no socket', async (stage) => {
      const controller = new AbortController();
      const reason = new Error('cancelled');
      const opening = open(targetOf(sshd), {
        signal: controller.signal,
        observe: async (name, work) => {
          const working = work();
          if (name === stage) controller.abort(reason);
          return (await working).value;
        },
      });
      await expect(opening).rejects.toBe(reason);
      await waitUntil('the socket is closed', async () => ((socketsTo(sshd.port)) === 0 ? true : undefined));
    });

    it('in a command', async () => {
      const session = await openKept(targetOf(sshd));
      const controller = new AbortController();
      const reason = new Error('cancelled');
      const running = session.runScript({ ...limit, signal: controller.signal, script: 'sleep 5' });
      setTimeout(() => controller.abort(reason), 100);
      await expect(running).rejects.toBe(reason);
    });
  });
});

/** A port whose queue is full and whose owner is stopped: SYNs are dropped, as a firewall drops them. */
async function startSilentPort(): Promise<{ port: number; stop: () => void }> {
  const program = "const s=require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},()=>console.log(s.address().port))";
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(printed.toString());
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const stop = (): void => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  };
  for (const filler of fillers) filler.unref();
  return { port, stop };
}

async function listen(serve: (socket: Socket) => void): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as { port: number }).port, close };
}
