/**
 * ssh2 without Lockstep: the same stages as an `ssh_test` on each host, so many at once, and nothing written down.
 * Nagle's algorithm is off, as in Lockstep; without that it would be several times slower.
 */
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { Client, type ClientChannel, type SFTPWrapper } from 'ssh2';

interface BareHost {
  readonly port: number;
  readonly fingerprint: string;
}

export interface BareSshTask {
  readonly hosts: readonly BareHost[];
  readonly atOnce: number;
  readonly username: string;
  readonly privateKey: string;
  readonly script: string;
}

type Settle<Value> = (error: Error | null | undefined, value?: Value) => void;

const asked = <Value = void>(begin: (settle: Settle<Value>) => void): Promise<Value> =>
  new Promise((resolve, reject) => begin((error, value) => (error ? reject(error) : resolve(value as Value))));

function logIn(task: BareSshTask, { port, fingerprint }: BareHost): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const client = new Client();
    client.once('ready', () => resolve(client));
    client.on('error', reject);
    socket.on('error', reject);
    socket.once('connect', () =>
      client.connect({
        sock: socket,
        username: task.username,
        privateKey: task.privateKey,
        hostVerifier: (key: Buffer) =>
          `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}` === fingerprint,
      }),
    );
  });
}

async function probe(client: Client, script: string): Promise<void> {
  const channel = await asked<ClientChannel>((settle) => client.exec('/bin/sh -s', settle));
  let output = '';
  channel.on('data', (data: Buffer) => (output += data.toString()));
  channel.stderr.resume();
  const closed = new Promise<number | null>((resolve) => {
    let code: number | null = null;
    channel.on('exit', (status: number | null) => (code = status));
    channel.on('close', () => resolve(code));
  });
  channel.end(`${script}\n`);
  if ((await closed) !== 0 || !output.includes('lockstep:done=yes')) throw new Error(`The probe failed: ${output}`);
}

async function trySftp(client: Client): Promise<void> {
  const sftp = await asked<SFTPWrapper>((settle) => client.sftp(settle));
  const home = await asked<string>((settle) => sftp.realpath('.', settle));
  const path = `${home}/.bare-${randomBytes(6).toString('hex')}`;
  const handle = await asked<Buffer>((settle) => sftp.open(path, 'wx', 0o600, settle));
  await asked((settle) => sftp.close(handle, settle));
  await asked((settle) => sftp.unlink(path, settle));
  sftp.end();
}

async function test(task: BareSshTask, host: BareHost): Promise<void> {
  const client = await logIn(task, host);
  await probe(client, task.script);
  await trySftp(client);
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  client.end();
  await closed;
}

async function testAll(task: BareSshTask): Promise<void> {
  const waiting = task.hosts.values();
  const work = async (): Promise<void> => {
    for (const host of waiting) await test(task, host);
  };
  await Promise.all(Array.from({ length: task.atOnce }, work));
}

process.on('message', (task: BareSshTask) => {
  const begin = performance.now();
  void testAll(task).then(() => process.send?.({ ms: performance.now() - begin }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
