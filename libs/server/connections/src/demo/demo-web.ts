import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { type DemoFolder, demoWebFolder } from './demo-folder.js';
import { listenAgain } from './listen-again.js';

const certificatePath = `${demoWebFolder}/fullchain.pem`;
const keyPath = `${demoWebFolder}/privkey.pem`;

/** What a demo host says about its web server. */
export const demoWeb = {
  unit: 'demo-web.service',
  certificatePath,
  keyPath,
  /** Its test of the configuration. */
  test: 'demo-web -t',
} as const;

/**
 * The web server of a demo host: a real TLS port on loopback. It reads its certificate when it starts and when it is told to
 * reload, and never by itself, as nginx does.
 */
export class DemoWeb {
  private readonly server: Server;

  /** @param takesReloads false: it is told to reload, says nothing, and goes on with what it has */
  constructor(
    private readonly folder: DemoFolder,
    private readonly takesReloads: boolean,
  ) {
    this.server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.end('A demo web server of Lockstep.\n');
    });
    this.server.on('tlsClientError', () => undefined);
  }

  /** Without a certificate that can be served it listens, and shakes no hands. Answers the port. */
  async start(port: number): Promise<number> {
    if (this.whyNot() === null) this.restart();
    return listenAgain(this.server, port);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** @throws {Error} for files that cannot be served; it goes on with those before. */
  restart(): void {
    const files = { cert: this.read(certificatePath), key: this.read(keyPath) };
    createSecureContext(files);
    this.server.setSecureContext(files);
  }

  /** @throws {Error} as {@link restart} */
  reload(): void {
    if (this.takesReloads) this.restart();
  }

  /** Its test of the configuration: why the files cannot be served; null: they can. */
  whyNot(): string | null {
    try {
      const fits = new X509Certificate(this.read(certificatePath)).checkPrivateKey(
        createPrivateKey(this.read(keyPath)),
      );
      return fits ? null : `${keyPath} is not the key of ${certificatePath}`;
    } catch {
      return `${certificatePath} and ${keyPath} cannot be read`;
    }
  }

  private read(path: string): Buffer {
    return readFileSync(this.folder.at(path));
  }
}
