import { randomInt } from 'node:crypto';
import type { Certificate, Issuer, Operation, ReadinessFinding, StartAnswer } from '@lockstep/contract';
import { type NameServer, startNameServer, webRoot } from '@lockstep/server-testing';
import type { CertificatesOptions } from '../src/index.js';
import { AcmeStage } from './acme-stage.js';

/** An address of loopback that nobody else has, so that its port 80 is free. Ports below 1024 are for root. */
export const ownLoopback = (): string =>
  `127.${String(randomInt(1, 255))}.${String(randomInt(1, 255))}.${String(randomInt(2, 255))}`;

/** Findings about these topics, as one would read them. */
export const told = ({ metadata }: Operation, ...topics: string[]): string[] =>
  (metadata['findings'] as ReadinessFinding[])
    .filter(({ topic }) => topics.includes(topic))
    .map(({ state, tried, found }) => `${state}: ${tried}: ${found}`);

/** An ACME authority, a host and a zone of DNS, and the checks whether renewals would work: each leaves all as it was. */
export class RehearsalStage {
  private constructor(
    readonly acme: AcmeStage,
    readonly names: NameServer,
  ) {}

  static async start(options: CertificatesOptions = {}): Promise<RehearsalStage> {
    // The CA and we find the servers of the zone where they are looked for: at port 53.
    const names = await startNameServer({ zone: 'zone.test', atStandardPort: true });
    return new RehearsalStage(await AcmeStage.start({}, options), names);
  }

  async stop(): Promise<void> {
    await Promise.all([this.acme.stop(), this.names.stop()]);
  }

  /** Has the host's nginx answer at an address, `127.0.0.1:80`, as told. */
  async serve(listen: string, how = `root ${webRoot};`): Promise<void> {
    const file = `/etc/nginx/conf.d/${listen.replaceAll(/\W/g, '-')}.conf`;
    const [address = ''] = listen.split(' ');
    await this.acme.place.host.execute(
      `echo 'server { listen ${listen}; ${how} }' >${file} && nginx -t && systemctl reload nginx &&
       timeout 30 sh -c 'until ss -ltn | grep -qF " ${address} "; do sleep 0.05; done'`,
    );
  }

  /** An issuer that proves names by updates of the zone. */
  byUpdate(name: string, change: Record<string, unknown> & { secret?: string } = {}): Promise<Issuer> {
    const { secret = this.names.key.secret, ...more } = change;
    const key = { name: this.names.key.name, secret };
    const provider = { kind: 'rfc2136', server: '127.0.0.1', port: this.names.port, zone: 'zone.test', key };
    return this.acme.addIssuer(name, { challenge: this.byDns(provider), ...more });
  }

  byDns(provider: object): object {
    return { kind: 'dns-01', resolvers: [this.names.address], provider };
  }

  async begin({ id }: Certificate): Promise<string> {
    const { status, body } = await this.acme.server.call<StartAnswer>(
      `POST /certificates/${String(id)}/check-readiness`,
    );
    if (status !== 202) throw new Error(`It answered ${String(status)} ${JSON.stringify(body)}`);
    return body.operationId;
  }

  /**
   * Checks, and sees that the host is as it was, that nothing was ordered at the authority itself and that nothing is known
   * to be shown any more. `meanwhile` happens while it runs.
   */
  async rehearse(certificate: Certificate, meanwhile?: (id: string) => Promise<void>): Promise<Operation> {
    const { acme } = this;
    acme.proxy.requests.length = 0;
    const before = await this.tree();
    const id = await this.begin(certificate);
    await meanwhile?.(id);
    const operation = await acme.server.ended(id);
    expect(operation.effect).toBe('none');
    expect(await this.tree()).toBe(before);
    expect(acme.orders).toBe(0);
    return operation;
  }

  /** Proofs that are, or may be, shown by checks. */
  async shown(): Promise<number> {
    const [row] = await this.acme.server.dataSource.query<{ count: number }[]>(
      'SELECT count(*)::int AS count FROM acme_proofs',
    );
    return row?.count ?? 0;
  }

  /** Where nobody can take back what was perhaps shown. */
  async forget({ id }: Certificate): Promise<void> {
    await this.acme.server.dataSource.query('DELETE FROM acme_proofs WHERE certificate_id = $1', [id]);
  }

  async cancel(id: string): Promise<void> {
    const { status } = await this.acme.server.call(`POST /operations/${id}/cancel`);
    if (status >= 300) throw new Error(`Cancelling answered ${String(status)}`);
  }

  /** Every file and folder that a check comes near, with rights, owners and hashes. */
  private tree(): Promise<string> {
    return this.acme.place.host.execute(
      `for root in /etc/nginx /srv /home/lockstep; do
         find $root -printf '%p %y %m %u %g\\n' | sort; find $root -type f -exec sha256sum {} + | sort
       done`,
    );
  }
}
