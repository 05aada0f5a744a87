import type { Certificate, DeploymentTargetInput, Operation, OperationEvent, StartAnswer } from '@lockstep/contract';
import {
  LinkProxy,
  type TestDatabase,
  type TlsHost,
  TlsProbe,
  createTestDatabase,
  startTlsHost,
  tlsSite,
  waitUntil,
} from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';

const { name, certificatePath, keyPath, folder } = tlsSite;

/** Where a file system of a test's own is. */
export const small = '/srv/small';

/** A target as REST takes it, of the stage's own connection unless told otherwise. */
export type TargetChange = Partial<DeploymentTargetInput>;

/** A Lockstep with one certificate for the site of a real host, which it reaches through a proxy that can be cut. */
export class RenewalStage {
  connectionId = 0;
  certificateId = 0;

  private constructor(
    readonly server: CertificatesServer,
    readonly place: TlsHost,
    readonly proxy: LinkProxy,
    private readonly database: TestDatabase,
  ) {}

  /** `username`: who logs in; `root` has to be let in by the host's own `authorized_keys`. */
  static async start({ username = 'lockstep' } = {}): Promise<RenewalStage> {
    const [database, place] = await Promise.all([createTestDatabase(), startTlsHost()]);
    const proxy = await LinkProxy.start(place.host.port);
    const server = await CertificatesServer.start(database.url, { stepDeadlineMs: 5_000 });
    const stage = new RenewalStage(server, place, proxy, database);
    await place.host.execute(
      'mkdir -p /root/.ssh; cp ~lockstep/.ssh/authorized_keys /root/.ssh/; chown -R root: /root/.ssh',
    );
    stage.connectionId = await stage.connect('web', username);
    // What fails here is not to be tried again by itself.
    const certificate = { domains: [name], autoRenew: false, targets: [stage.target()] };
    stage.certificateId = (await server.addCertificate('shop', certificate)).id;
    return stage;
  }

  /** Another connection to the same host, through the proxy unless told otherwise. */
  connect(as: string, username: string, port = this.proxy.port): Promise<number> {
    const { user, hostKeyFingerprint } = this.place.host;
    return this.server.addConnection(as, { port, username, user, hostKeyFingerprint });
  }

  /** Where the site's nginx has its files. */
  target(change: TargetChange = {}): TargetChange {
    return {
      connectionId: this.connectionId,
      certificatePath,
      keyPath,
      reload: { service: 'nginx.service' },
      check: { command: 'sudo -n nginx -t' },
      verify: [{ host: '127.0.0.1', port: this.place.port, serverName: name }],
      ...change,
    };
  }

  /** Gives the certificate these targets instead. */
  async deployTo(...targets: TargetChange[]): Promise<void> {
    const { status, body } = await this.server.call(`PATCH /certificates/${String(this.certificateId)}`, { targets });
    if (status !== 200) throw new Error(`Changing the targets answered ${String(status)} ${JSON.stringify(body)}`);
  }

  async start(certificateId = this.certificateId): Promise<string> {
    const { status, body } = await this.server.call<StartAnswer>(`POST /certificates/${String(certificateId)}/renew`);
    if (status !== 202) throw new Error(`Renewing answered ${String(status)} ${JSON.stringify(body)}`);
    return body.operationId;
  }

  async renew(): Promise<Operation> {
    return this.server.ended(await this.start());
  }

  async operation(id: string): Promise<Operation> {
    return (await this.server.call<Operation>(`GET /operations/${id}`)).body;
  }

  /** The lines that the host wrote, each behind its stream. */
  async said(id: string): Promise<string[]> {
    const { body } = await this.server.call<{ items: OperationEvent[] }>(`GET /operations/${id}/events`);
    return body.items.flatMap(({ lines }) => (lines ?? []).map(({ stream, text }) => `${stream}: ${text}`));
  }

  /** Resolves once that step runs. */
  inStep(id: string, step: string): Promise<true> {
    return waitUntil(`${step} runs`, async () => {
      const { steps, completedAt } = await this.operation(id);
      if (completedAt !== null) throw new Error(`It ended before ${step}.`);
      return steps.some(({ name: one, status }) => one === step && status === 'running') || undefined;
    });
  }

  async cancel(id: string): Promise<void> {
    const { status } = await this.server.call(`POST /operations/${id}/cancel`);
    if (status >= 300) throw new Error(`Cancelling answered ${String(status)}`);
  }

  async certificate(): Promise<Certificate> {
    return (await this.server.call<Certificate>(`GET /certificates/${String(this.certificateId)}`)).body;
  }

  /** Of the newest version. */
  async version(): Promise<{ number: number; fingerprint: string }> {
    return (await this.certificate()).version ?? { number: 0, fingerprint: '' };
  }

  served(): Promise<string> {
    return TlsProbe.look(this.place.port);
  }

  /** What is in the site's folder, hidden files included. */
  async files(where: string = folder): Promise<string[]> {
    return (await this.place.host.execute(`ls -A ${where}`)).trim().split('\n');
  }

  /** A small file system of its own for the login, at `small`; the test unmounts it. */
  mountSmall(options: string): Promise<string> {
    return this.place.host.execute(
      `mkdir -p ${small}; mount -t tmpfs -o ${options} tmpfs ${small}; chown lockstep: ${small}`,
    );
  }

  hashes(...paths: string[]): Promise<string> {
    const all = paths.length === 0 ? [certificatePath, keyPath] : paths;
    return this.place.host.execute(`sha256sum ${all.join(' ')}`);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await Promise.all([this.proxy.stop(), this.place.host.stop(), this.database.drop()]);
  }
}

/** How its steps ended, by name. */
export const stepsOf = ({ steps }: Operation): Record<string, string> =>
  Object.fromEntries(steps.map(({ name: step, status }) => [step, status]));
