import { type AddressInfo, type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import { generateSshKey } from '@lockstep/server-testing';
import ssh2, { type ServerChannel } from 'ssh2';
import { judgeHostKey } from '../src/host-key-judgement.js';
import type { SshTarget } from '../src/open-ssh-session.js';

/** What a test does with the shell of one login. */
export type PlayShell = (shell: ServerChannel, host: { readonly socket: Socket }) => void;

/** A real SSH server of which the test plays the shell by itself: faults that no sshd can be brought to. */
export async function startShellHost(play: PlayShell): Promise<{ target: SshTarget; stop: () => void }> {
  const { privateKey, fingerprint } = await generateSshKey();
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => context.accept());
      client.on('session', (accept) => {
        const session = accept();
        session.on('pty', (acceptPty) => acceptPty());
        session.on('shell', (acceptShell) => {
          const shell = acceptShell();
          shell.on('error', () => undefined);
          play(shell, { socket });
        });
      });
    });
    server.injectSocket(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const target: SshTarget = {
    name: 'shell host',
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    username: 'admin',
    credential: () => ({ kind: 'password', password: 'x' }),
    verifyHostKey: (offered) => judgeHostKey([{ algorithm: 'ssh-ed25519', fingerprint }], offered),
  };
  const stop = (): void => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  };
  return { target, stop };
}
