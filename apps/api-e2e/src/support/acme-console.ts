import type { Certificate, CertificateVersion, Issuer, Operation, StartAnswer } from '@lockstep/contract';
import {
  type AcmeProxy,
  type LockstepServer,
  type Pebble,
  type SystemdHost,
  type TlsHost,
  testAdministrator,
  tlsSite,
  waitUntil,
} from '@lockstep/server-testing';
import { administratorOf } from './api-client.js';
import { openSession, requestOk } from './rest-client.js';

/** A CA, and how names are proved to it. */
interface Authority {
  readonly proxy: AcmeProxy;
  readonly pebble: Pebble;
  readonly challenge: object;
}

/** A built server with an ACME issuer and a certificate of it, reached by REST alone. */
export class AcmeConsole {
  private constructor(
    readonly server: LockstepServer,
    readonly token: string,
    readonly certificateId: number,
    readonly connectionId: number,
  ) {}

  /** The certificate of the site that the host serves. */
  static async open(
    server: LockstepServer,
    { place, ...authority }: Authority & { readonly place: TlsHost },
  ): Promise<AcmeConsole> {
    const connectionId = await connectionTo(server, place.host);
    const { token } = await openSession(server.url, testAdministrator);
    const { name, certificatePath, keyPath } = tlsSite;
    const target = {
      ...{ connectionId, certificatePath, keyPath, reload: { service: 'nginx.service' } },
      verify: [{ host: '127.0.0.1', port: place.port, serverName: name }],
    };
    const made = await new AcmeConsole(server, token, 0, connectionId).make(name, target, authority);
    return new AcmeConsole(server, token, made, connectionId);
  }

  /** Another certificate with an issuer of its own, on the same host, where nothing serves it. */
  async beside(name: string, authority: Authority): Promise<AcmeConsole> {
    const { server, token, connectionId } = this;
    const path = `/home/lockstep/${name}`;
    const target = { connectionId, certificatePath: `${path}.pem`, keyPath: `${path}.key` };
    return new AcmeConsole(server, token, await this.make(name, target, authority), connectionId);
  }

  private async make(name: string, target: object, { proxy, pebble, challenge }: Authority): Promise<number> {
    const acme = {
      ...{
        directoryUrl: proxy.directoryUrl,
        email: 'ada@example.com',
        trustedRoots: pebble.tls.certificate,
        challenge,
      },
      allowance: { failedValidationsPerHour: 1_000, duplicatesPerWeek: 1_000 },
    };
    const { id: issuerId } = await this.ask<Issuer>('POST /issuers', { name: `CA of ${name}`, kind: 'acme', acme });
    const certificate = { name, domains: [name], issuerId, targets: [target] };
    return (await this.ask<Certificate>('POST /certificates', certificate)).id;
  }

  ask<Body>(line: string, body?: unknown): Promise<Body> {
    return requestOk<Body>(this.server.url, line, { token: this.token, ...(body !== undefined && { body }) });
  }

  async renew(): Promise<string> {
    return (await this.ask<StartAnswer>(`POST /certificates/${this.certificateId}/renew`)).operationId;
  }

  until(id: string, what: string, fits: (operation: Operation) => boolean): Promise<Operation> {
    return waitUntil(
      what,
      async () => {
        const operation = await this.ask<Operation>(`GET /operations/${id}`);
        return fits(operation) ? operation : undefined;
      },
      90_000,
    );
  }

  ended(id: string): Promise<Operation> {
    return this.until(id, 'it ends', ({ completedAt }) => completedAt !== null);
  }

  async versions(): Promise<CertificateVersion[]> {
    return (await this.ask<{ items: CertificateVersion[] }>(`GET /certificates/${this.certificateId}/versions`)).items;
  }
}

async function connectionTo(server: LockstepServer, host: SystemdHost): Promise<number> {
  const { id } = await (
    await administratorOf(server.url)
  ).createConnection({
    ...{ name: 'web', port: host.port, username: host.username, hostKeyFingerprint: host.hostKeyFingerprint },
    credential: { kind: 'private_key', privateKey: host.user.privateKey },
  });
  return id;
}
