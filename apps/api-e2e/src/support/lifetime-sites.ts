import type { Certificate, Issuer, Operation, StartAnswer } from '@lockstep/contract';
import { type TlsHost, TlsProbe, tlsSite } from '@lockstep/server-testing';
import type { ApiClient } from './api-client.js';
import { connectTo } from './healthy-connection.js';

/** A certificate, how often it was renewed by itself, and what its name shows on the wire. */
export interface SiteState {
  readonly certificate: Certificate;
  readonly byItself: Operation[];
  readonly served: string;
}

/** Sites of one host, each with a certificate of its own that lives for so many days. */
export class LifetimeSites {
  private readonly ids = new Map<string, number>();

  private constructor(
    private readonly client: ApiClient,
    private readonly place: TlsHost,
  ) {}

  static async open(
    client: ApiClient,
    place: TlsHost,
    lifetimes: Readonly<Record<string, number>>,
  ): Promise<LifetimeSites> {
    const sites = new LifetimeSites(client, place);
    const { id: connectionId } = await connectTo(client, place.host, { name: 'web' });
    for (const [site, lifetimeDays] of Object.entries(lifetimes)) {
      await sites.serve(site);
      sites.ids.set(site, await sites.add(site, { connectionId, lifetimeDays }));
    }
    await place.host.execute('systemctl reload nginx');
    return sites;
  }

  /** Has each renewed by a person, and waits until all are served. */
  async renewAll(): Promise<void> {
    for (const id of this.ids.values()) {
      const path = `/certificates/${String(id)}/renew`;
      const { operationId } = await this.client.must<StartAnswer>('POST', path);
      const { status, error } = await this.client.ended(operationId, 60_000);
      if (status !== 'completed') throw new Error(`A renewal ended ${status}: ${String(error)}`);
    }
  }

  /** All renewals that nobody asked for, the newest first. */
  async renewedByThemselves(): Promise<Operation[]> {
    const path = '/operations?type=certificate_renewal&createdBy=auto,cron&limit=100';
    return (await this.client.must<{ items: Operation[] }>('GET', path)).items;
  }

  async states(): Promise<Map<string, SiteState>> {
    const all = await this.renewedByThemselves();
    const states = [...this.ids].map(async ([site, id]): Promise<[string, SiteState]> => {
      const certificate = await this.client.must<Certificate>('GET', `/certificates/${String(id)}`);
      const byItself = all.filter(({ target }) => target === String(id));
      return [site, { certificate, byItself, served: await TlsProbe.look(this.place.port, nameOf(site)) }];
    });
    return new Map(await Promise.all(states));
  }

  /** As the host's own site, with the certificate of somebody else's. */
  private async serve(site: string): Promise<void> {
    await this.place.host.execute(`cd ${tlsSite.folder} &&
      for end in pem key; do cp -p shop.$end ${site}.$end; done &&
      sed 's/shop/${site}/g' /etc/nginx/conf.d/shop.conf >/etc/nginx/conf.d/${site}.conf`);
  }

  private async add(site: string, lives: { connectionId: number; lifetimeDays: number }): Promise<number> {
    const { connectionId, lifetimeDays } = lives;
    const issuer = { name: `CA of ${site}`, kind: 'internal', internal: { lifetimeDays } };
    const { id: issuerId } = await this.client.must<Issuer>('POST', '/issuers', { body: issuer });
    const target = {
      connectionId,
      certificatePath: `${tlsSite.folder}/${site}.pem`,
      keyPath: `${tlsSite.folder}/${site}.key`,
      reload: { service: 'nginx.service' },
      verify: [{ host: '127.0.0.1', port: this.place.port, serverName: nameOf(site) }],
    };
    const body = { name: site, domains: [nameOf(site)], issuerId, targets: [target] };
    return (await this.client.must<Certificate>('POST', '/certificates', { body })).id;
  }
}

const nameOf = (site: string): string => `${site}.example`;
