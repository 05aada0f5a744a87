import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, type Server, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { DiscoverAnswer, Problem } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';

const script = `
openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -subj "/CN=Test Root" -days 30
openssl req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj "/CN=shop.example"
printf 'subjectAltName=DNS:shop.example,IP:127.0.0.1' > san
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out leaf.pem -days 30 -extfile san
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out expired.pem -days -1 -extfile san
`;

describe('discovery', () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let folder: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-tls-'));
    execFileSync('/bin/sh', ['-e', '-c', script], { cwd: folder, stdio: 'ignore' });
    database = await createTestDatabase();
    server = await CertificatesServer.start(database.url);
  }, 60_000);
  afterAll(async () => {
    for (const one of servers) one.close();
    await server.stop();
    await Promise.all([database.drop(), rm(folder, { recursive: true })]);
  });

  const serve = async (...files: string[]): Promise<number> => {
    const [cert, key] = await Promise.all([
      Promise.all(files.map((file) => readFile(join(folder, file), 'utf8'))),
      readFile(join(folder, 'leaf.key')),
    ]);
    return listen(createServer({ cert: cert.join(''), key }));
  };
  const listen = async (one: Server): Promise<number> => {
    servers.push(one.listen(0, '127.0.0.1'));
    await once(one, 'listening');
    return (one.address() as AddressInfo).port;
  };
  const discover = (input: object) => server.call<DiscoverAnswer & Problem>('POST /certificates/discover', input);
  const problemsOf = async (port: number, serverName = 'shop.example'): Promise<string[]> => {
    const { body } = await discover({ host: '127.0.0.1', port, serverName });
    return body.problems.map(({ code }) => code);
  };

  it('tells what a port shows, and what a client would object to', async () => {
    const port = await serve('leaf.pem', 'root.pem');
    const { status, body } = await discover({ host: '127.0.0.1', port, serverName: 'shop.example' });
    expect([status, body]).toMatchObject([
      200,
      {
        address: '127.0.0.1',
        protocol: 'TLSv1.3',
        leaf: {
          subject: 'CN=shop.example',
          issuer: 'CN=Test Root',
          names: ['shop.example', '127.0.0.1'],
          keyType: 'rsa-2048',
        },
        chain: [{ subject: 'CN=Test Root' }],
        problems: [{ code: 'unknown_authority' }],
      },
    ]);
    expect(body.pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect((await discover({ host: '127.0.0.1', port })).body.serverName).toBe('127.0.0.1');
    expect(await problemsOf(port, '127.0.0.1')).toEqual(['unknown_authority']);
    expect(await problemsOf(port, 'mail.example')).toEqual(['name_mismatch', 'unknown_authority']);
    expect(await problemsOf(await serve('leaf.pem'))).toEqual(['incomplete_chain']);
    expect(await problemsOf(await serve('expired.pem', 'root.pem'))).toEqual(['expired', 'unknown_authority']);
  });

  it('goes where connections may go, and nowhere else', async () => {
    for (const host of ['169.254.169.254', '0.0.0.0', '[::]'.slice(1, -1)]) {
      const { status, body } = await discover({ host });
      expect([host, status, body.code]).toEqual([host, 422, 'NETWORK_NOT_ALLOWED']);
    }
    expect((await discover({ host: '127.0.0.1', port: 43_001 })).body.code).toBe('NETWORK_NOT_ALLOWED');
  });

  it('says why a port shows nothing', async () => {
    const silent = await listen(createTcpServer());
    const plain = await listen(createTcpServer((socket) => socket.end('220 ready\r\n')));
    const answers = await Promise.all([1, silent, plain].map((port) => discover({ host: '127.0.0.1', port })));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(Array(3).fill([502, 'HOST_NOT_READ']));
    const [refused, mute, other] = answers.map(({ body }) => body.detail);
    expect(refused).toBe('127.0.0.1 port 1 refused the connection.');
    expect(mute).toMatch(/did not finish the TLS handshake within 5 s/);
    expect(other).toMatch(/did not finish the TLS handshake: /);
  });
});
