import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import ssh2, { type Client, type SFTPWrapper } from 'ssh2';
import { startDemoFleet } from '../src/index.js';
import { ConnectionsServer } from './connections-server.js';

const [noSuchFile, permissionDenied, failure, unsupported] = [2, 3, 4, 8];

describe('the files of a demo host', () => {
  let database: TestDatabase;
  let server: ConnectionsServer;
  let client: Client;
  let sftp: SFTPWrapper;
  const dataDirectory = mkdtempSync(join(tmpdir(), 'lockstep-demo-'));
  const root = join(dataDirectory, 'demo', 'healthy');

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await ConnectionsServer.start(database.url);
    await startDemoFleet(server.application, { dataDirectory });
    const identities = JSON.parse(readFileSync(join(dataDirectory, 'demo-hosts.json'), 'utf8')) as {
      healthy: { port: number; password: string };
    };
    const { port, password } = identities.healthy;
    client = new ssh2.Client().connect({ host: '127.0.0.1', port, username: 'demo', password });
    await once(client, 'ready');
    sftp = await promisify<SFTPWrapper>((done) => client.sftp(done))();
  }, 60_000);
  afterAll(async () => {
    client.end();
    await once(client, 'close');
    await server.stop();
    await database.drop();
    rmSync(dataDirectory, { recursive: true });
  });

  const write = async (path: string, flags: 'w' | 'wx', mode: number): Promise<void> => {
    const handle = await promisify<Buffer>((done) => sftp.open(path, flags, mode, done))();
    await promisify((done: (error?: Error | null) => void) =>
      sftp.write(handle, Buffer.from('words'), 0, 5, 0, done),
    )();
    await promisify((done: (error?: Error | null) => void) => sftp.ext_openssh_fsync(handle, done))();
    await promisify((done: (error?: Error | null) => void) => sftp.close(handle, done))();
  };
  const read = promisify((path: string, done: (error: Error | undefined, content: Buffer) => void) =>
    sftp.readFile(path, done),
  );
  const list = async (path: string): Promise<string[]> =>
    (await promisify<{ filename: string }[]>((done) => sftp.readdir(path, done))()).map(({ filename }) => filename);

  it('are real: with the mode that was asked for, on the disk, and only once where that was asked for', async () => {
    await write('/etc/ssl/demo-web/words.key', 'wx', 0o600);
    const place = join(root, 'etc/ssl/demo-web/words.key');
    expect(readFileSync(place, 'utf8')).toBe('words');
    expect(statSync(place).mode & 0o777).toBe(0o600);
    expect((await read('/etc/ssl/demo-web/words.key')).toString()).toBe('words');
    expect(await list('/etc/ssl/demo-web')).toEqual(['words.key']);
    await expect(write('/etc/ssl/demo-web/words.key', 'wx', 0o600)).rejects.toMatchObject({ code: failure });
  });

  it('end at the root of the host: neither dots nor absolute paths lead beyond', async () => {
    writeFileSync(join(dataDirectory, 'secret'), 'of this machine');
    expect(await list('/../../..')).toEqual(['etc', 'home']);
    for (const path of [
      join(dataDirectory, 'secret'),
      '../../../../secret',
      '/../secret',
      '/home/demo/../../../secret',
    ])
      await expect(read(path)).rejects.toMatchObject({ code: noSuchFile });
    await write('../../../../planted', 'w', 0o600);
    expect(readFileSync(join(root, 'planted'), 'utf8')).toBe('words');
    expect(() => statSync(join(dataDirectory, 'planted'))).toThrow('ENOENT');
  });

  it('are never those that a symbolic link leads to, and no link can be made', async () => {
    symlinkSync(dataDirectory, join(root, 'home/demo/out'));
    symlinkSync(join(dataDirectory, 'secret'), join(root, 'home/demo/secret'));
    for (const path of ['out/secret', 'secret', '/home/demo/out/demo-hosts.json'])
      await expect(read(path)).rejects.toMatchObject({ code: permissionDenied });
    for (const path of ['out/planted', 'secret'])
      await expect(write(path, 'w', 0o600)).rejects.toMatchObject({ code: permissionDenied });
    await expect(list('out')).rejects.toMatchObject({ code: permissionDenied });
    expect(readFileSync(join(dataDirectory, 'secret'), 'utf8')).toBe('of this machine');
    const link = promisify((done: (error?: Error | null) => void) => sftp.symlink('/etc', 'link', done));
    await expect(link()).rejects.toMatchObject({ code: unsupported });
  });

  it('cannot be given away, and stay small', async () => {
    const handle = await promisify<Buffer>((done) => sftp.open('large', 'w', done))();
    const owner = promisify((done: (error?: Error | null) => void) => sftp.fchown(handle, 0, 0, done));
    await expect(owner()).rejects.toMatchObject({ code: permissionDenied });
    const far = promisify((done: (error?: Error | null) => void) =>
      sftp.write(handle, Buffer.from('words'), 0, 5, 2 ** 30, done),
    );
    await expect(far()).rejects.toMatchObject({ code: failure });
  });
});
