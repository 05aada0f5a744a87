import type { Certificate, Connection } from '@lockstep/contract';
import { ConnectionsModule, type ConnectionsOptions } from '@lockstep/server-connections';
import { NotificationsModule } from '@lockstep/server-notifications';
import { FeatureServer, startFeatures } from '@lockstep/server-operations/testing';
import type { SecretBox } from '@lockstep/server-secrets';
import { CertificatesModule, type CertificatesOptions } from '../src/index.js';

/** Where a login leads: an sshd or a whole host of the tests. */
interface LoginPlace {
  readonly port: number;
  readonly username: string;
  readonly user: { readonly privateKey: string };
  readonly hostKeyFingerprint: string | undefined;
}

/** The certificates feature over real HTTP on a real database, with the engine that runs its operations. */
export class CertificatesServer extends FeatureServer {
  static async start(
    databaseUrl: string,
    options: Partial<ConnectionsOptions> & { secretBox?: SecretBox; certificates?: CertificatesOptions } = {},
  ): Promise<CertificatesServer> {
    const network = { listenHost: '127.0.0.1', listenPort: 43_001 };
    const features = [
      ConnectionsModule.forRoot({ network, ...options }),
      NotificationsModule.forRoot({ delivers: false, consoleUrl: undefined }),
      CertificatesModule.forRoot(options.certificates ?? {}),
    ];
    const { secretBox } = options;
    return new CertificatesServer(
      await startFeatures({
        databaseUrl,
        types: ['ssh_test', 'certificate_renewal', 'certificate_deployment', 'certificate_rehearsal'],
        features,
        secretBox,
      }),
    );
  }

  /** A connection, to a place of the tests where one is given. */
  async addConnection(name: string, place?: LoginPlace): Promise<number> {
    const { id } = await this.must<Connection>('POST /connections', {
      name,
      host: place ? '127.0.0.1' : 'host.example',
      port: place?.port ?? 22,
      username: place?.username ?? 'deploy',
      credential: place
        ? { kind: 'private_key', privateKey: place.user.privateKey }
        : { kind: 'password', password: 'secret' },
      ...(place?.hostKeyFingerprint !== undefined && { hostKeyFingerprint: place.hostKeyFingerprint }),
    });
    return id;
  }

  /** A certificate of the internal issuer for `<name>.example`, unless told otherwise. */
  async addCertificate(name: string, input: object = {}): Promise<Certificate> {
    const whole = { name, domains: [`${name}.example`], issuerId: 1, ...input };
    return this.must<Certificate>('POST /certificates', whole);
  }
}
