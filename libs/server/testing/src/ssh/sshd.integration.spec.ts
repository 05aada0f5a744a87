import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'ssh2';
import { runsAsRoot } from '../process/run.js';
import { createSshUser } from './ssh-user.js';
import { startSshd, type Sshd } from './sshd.js';

const execute = promisify(execFile);

/** Logs in by OpenSSH's own client, as an independent witness. */
async function logInByKey(sshd: Sshd, command: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-client-'));
  const key = join(directory, 'key');
  await writeFile(key, sshd.user.privateKey, { mode: 0o600 });
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${directory}/known`,
    'ConnectTimeout=2',
  ];
  try {
    const parameters = [
      '-F',
      'none',
      '-i',
      key,
      '-p',
      String(sshd.port),
      ...options.flatMap((option) => ['-o', option]),
    ];
    return (await execute('ssh', [...parameters, `${sshd.username}@${sshd.address}`, command], { timeout: 5_000 }))
      .stdout;
  } finally {
    await rm(directory, { recursive: true });
  }
}

function logInByPassword(sshd: Sshd, password: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.on('ready', () => {
      client.end();
      resolve();
    });
    client.on('error', reject);
    client.connect({ host: sshd.address, port: sshd.port, username: sshd.username, password });
  });
}

describe('the private sshd', () => {
  let sshd: Sshd;

  beforeAll(async () => {
    sshd = await startSshd();
  });

  afterAll(async () => {
    await sshd.stop();
  });

  it('logs a user in by key and counts the attempt', async () => {
    const before = await sshd.loginAttempts();
    expect((await logInByKey(sshd, 'id -un')).trim()).toBe(sshd.username);
    expect((await sshd.loginAttempts()) - before).toBe(1);
  });

  it('answers nobody while it is frozen, and goes on afterwards', async () => {
    await sshd.freeze();
    await expect(logInByKey(sshd, 'true')).rejects.toThrow();
    await sshd.thaw();
    expect(await logInByKey(sshd, 'echo back')).toBe('back\n');
  });

  it('shows another host key when told so', async () => {
    const before = sshd.hostKeyFingerprint;
    await sshd.changeHostKey();
    expect(sshd.hostKeyFingerprint).not.toBe(before);
    const { stdout } = await execute('sh', [
      '-c',
      `ssh-keyscan -p ${sshd.port} 127.0.0.1 2>/dev/null | ssh-keygen -lf -`,
    ]);
    expect(stdout).toContain(sshd.hostKeyFingerprint);
  });

  (runsAsRoot ? it : it.skip)('logs a user in by password as root, and counts a wrong one once', async () => {
    const before = await sshd.loginAttempts();
    await logInByPassword(sshd, sshd.user.password ?? '');
    await expect(logInByPassword(sshd, 'wrong password')).rejects.toThrow(
      'All configured authentication methods failed',
    );
    expect((await sshd.loginAttempts()) - before).toBe(2);
  });

  (runsAsRoot ? it : it.skip)('removes its throwaway user as root', async () => {
    const user = await createSshUser();
    await execute('id', [user.username]);
    await user.remove();
    await expect(execute('id', [user.username])).rejects.toThrow('no such user');
  });
});
