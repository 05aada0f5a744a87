import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';

const script = `
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -subj "/CN=Test Root" -days 30
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj "/CN=shop.example"
printf 'subjectAltName=DNS:shop.example,IP:127.0.0.1' > san
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out leaf.pem -days 30 -extfile san
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out newer.pem -days 60 -extfile san
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out expired.pem -days -1 -extfile san
printf 'subjectAltName=DNS:shop.example' > name
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out named.pem -days 30 -extfile name
`;

/** Files that an authority of the tests signed for shop.example, and TLS ports that serve them. */
export class TlsPorts {
  private readonly servers = new Map<number, Server>();
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly folder: string) {}

  static async prepare(): Promise<TlsPorts> {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-tls-'));
    execFileSync('/bin/sh', ['-e', '-c', script], { cwd: folder, stdio: 'ignore' });
    return new TlsPorts(folder);
  }

  read(...files: string[]): Promise<string> {
    return Promise.all(files.map((file) => readFile(join(this.folder, file), 'utf8'))).then((texts) => texts.join(''));
  }

  /** What the authority of the tests makes of a request; `days` may be negative. */
  async sign(request: string, { names = ['shop.example'], days = 30 } = {}): Promise<string> {
    await writeFile(join(this.folder, 'ask.csr'), request);
    await writeFile(join(this.folder, 'ask.san'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`);
    const by = [
      '-CA',
      'root.pem',
      '-CAkey',
      'root.key',
      '-CAcreateserial',
      '-days',
      String(days),
      '-extfile',
      'ask.san',
    ];
    return this.openssl(['x509', '-req', '-in', 'ask.csr', ...by]);
  }

  /** These certificates as PKCS#7. */
  async pack(certificates: string): Promise<string> {
    await writeFile(join(this.folder, 'pack.pem'), certificates);
    return this.openssl(['crl2pkcs7', '-nocrl', '-certfile', 'pack.pem']);
  }

  /** Runs OpenSSL among the files; answers what it prints. */
  openssl(words: readonly string[]): string {
    return execFileSync('openssl', words, { cwd: this.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /** Serves these files, on a port where one is given. Answers the port. */
  async serve(files: readonly string[], { port = 0, host = '127.0.0.1' } = {}): Promise<number> {
    const [cert, key] = await Promise.all([this.read(...files), this.read('leaf.key')]);
    return this.listen(createServer({ cert, key }), { port, host });
  }

  /** A port that accepts and never says a word. */
  serveSilence(): Promise<number> {
    return this.listen(createTcpServer(), { port: 0, host: '127.0.0.1' });
  }

  async close(port: number): Promise<void> {
    const server = this.servers.get(port);
    if (!server) return;
    this.servers.delete(port);
    server.close();
    // Who never reads never notices that the other end is gone.
    for (const socket of this.sockets) socket.destroy();
    await once(server, 'close');
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.servers.keys()].map((port) => this.close(port)));
    await rm(this.folder, { recursive: true });
  }

  private async listen(server: Server, where: { port: number; host: string }): Promise<number> {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
    });
    server.on('tlsClientError', () => undefined);
    server.listen(where.port, where.host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    this.servers.set(port, server);
    return port;
  }
}
