import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { type Sshd, runsAsRoot, startSshd } from '@lockstep/server-testing';
import { judgeHostKey } from '../src/host-key-judgement.js';
import type { SshSession } from '../src/link/ssh-session.js';
import { NetworkPolicy } from '../src/network/network-policy.js';
import { type OpenOptions, type SshDeadlines, type SshTarget, openSshSession } from '../src/open-ssh-session.js';
import { SshError } from '../src/ssh-error.js';

const policy = new NetworkPolicy({ listenHost: '127.0.0.1', listenPort: 43_000 });
const never: AbortSignal = new AbortController().signal;
export const short: SshDeadlines = { resolve: 1_000, connect: 1_000, host_key: 1_500, authenticate: 1_500 };
export const limit = { deadlineMs: 5_000 };
export const asRoot = runsAsRoot ? it : it.skip;

export const targetOf = (sshd: Sshd, change: Partial<SshTarget> = {}): SshTarget => ({
  name: 'host',
  host: sshd.address,
  port: sshd.port,
  username: sshd.username,
  credential: () => ({ kind: 'private_key', privateKey: sshd.user.privateKey }),
  verifyHostKey: (offered) =>
    judgeHostKey([{ algorithm: 'ssh-ed25519', fingerprint: sshd.hostKeyFingerprint }], offered),
  ...change,
});
export const open = (target: SshTarget, options: Partial<OpenOptions> = {}): Promise<SshSession> =>
  openSshSession(target, { policy, signal: never, ...options });
export const failureOf = async (work: Promise<unknown>): Promise<SshError> => {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof SshError) return error;
  throw error as Error;
};

/** Connected TCP sockets of this process to a port, read from the kernel. */
export const socketsTo = (port: number): number => {
  const inodes = new Set(
    readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? ''];
      } catch {
        return [];
      }
    }),
  );
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const table = readFileSync('/proc/net/tcp', 'utf8');
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((f) => f[2]?.endsWith(`:${hexPort}`) && inodes.has(f[9] ?? '')).length;
};

/** A port whose queue is full and whose owner is stopped: SYNs are dropped, as a firewall drops them. */
export async function startSilentPort(): Promise<{ port: number; stop: () => void }> {
  const program =
    "const s=require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},()=>console.log(s.address().port))";
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

export async function listen(serve: (socket: Socket) => void): Promise<{ port: number; close: () => void }> {
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

/** One sshd for a test file. After each test it goes on, whatever was frozen, and no socket to it may be left. */
export function useSshd(): {
  readonly sshd: Sshd;
  openKept(...parameters: Parameters<typeof open>): Promise<SshSession>;
} {
  const state: { sshd?: Sshd; opened: SshSession[] } = { opened: [] };
  const running = (): Sshd => {
    if (!state.sshd) throw new Error('The sshd is started before the first test.');
    return state.sshd;
  };
  beforeAll(async () => {
    state.sshd = await startSshd();
  }, 30_000);
  afterEach(async () => {
    for (const session of state.opened.splice(0)) session.destroy();
    await running().thaw();
    expect(socketsTo(running().port)).toBe(0);
  });
  afterAll(() => running().stop());
  return {
    get sshd() {
      return running();
    },
    openKept: async (...parameters) => {
      const session = await open(...parameters);
      state.opened.push(session);
      return session;
    },
  };
}
