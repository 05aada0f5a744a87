import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, createServer } from 'node:tls';

const script = `
openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -subj "/CN=Example Root" -days 30
openssl req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj "/CN=shop.example.net"
printf 'subjectAltName=DNS:shop.example.net,DNS:www.shop.example.net' > san
openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -out leaf.pem -days 12 -extfile san
`;

/** A real TLS server on a loopback port, with a leaf for the shop that an authority unknown to everybody signed. */
export class TlsPort {
  private constructor(
    private readonly server: Server,
    private readonly directory: string,
    /** The leaf in PEM, then its root. */
    readonly chain: readonly [string, string],
  ) {}

  static async start(): Promise<TlsPort> {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-tls-'));
    execFileSync('/bin/sh', ['-e', '-c', script], { cwd: directory, stdio: 'ignore' });
    const read = (name: string) => readFile(join(directory, name), 'utf8');
    const [leaf, root, key] = await Promise.all([read('leaf.pem'), read('root.pem'), read('leaf.key')]);
    const server = createServer({ cert: leaf + root, key }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsPort(server, directory, [leaf, root]);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** SHA-256 of the leaf, hexadecimal with colons. */
  get fingerprint(): string {
    return new X509Certificate(this.chain[0]).fingerprint256;
  }

  async stop(): Promise<void> {
    this.server.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
