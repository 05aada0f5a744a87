import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DiscoverAnswer, RouteInput, routes } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import { factsOf, findProblems, readCertificates, toPem } from '@lockstep/server-pki';
import { NetworkPolicy, SshError } from '@lockstep/server-ssh';
import { DataSource } from 'typeorm';
import { scanTls } from './tls-scan.js';

/** Milliseconds for each of: the name, the connection, the handshake. */
const deadlineMs = 5_000;

/** What TLS ports show. */
@Injectable()
export class DiscoveryService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly policy: NetworkPolicy,
  ) {}

  /** @throws {ProblemException} NETWORK_NOT_ALLOWED, HOST_NOT_READ with the reason. */
  async discover({
    host,
    port,
    serverName = host,
  }: RouteInput<typeof routes.discoverCertificate>['body']): Promise<DiscoverAnswer> {
    const { address, protocol, chain } = await this.scan({ host, port, serverName });
    const [leaf, ...others] = chain;
    return {
      address,
      serverName,
      protocol,
      leaf: factsOf(leaf),
      chain: others.map(factsOf),
      problems: findProblems(chain, { names: [serverName], at: new Date(), roots: await this.ownRoots() }),
      pem: toPem(chain),
    };
  }

  private async scan(endpoint: { host: string; port: number; serverName: string }): ReturnType<typeof scanTls> {
    try {
      return await scanTls({ ...endpoint, policy: this.policy }, { deadlineMs });
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      const code = error.code === 'NETWORK_NOT_ALLOWED' ? 'NETWORK_NOT_ALLOWED' : 'HOST_NOT_READ';
      throw new ProblemException(code, error.message);
    }
  }

  /** The roots of our own authorities: clients here are told to trust them. */
  private async ownRoots(): Promise<ReturnType<typeof readCertificates>[number][]> {
    const rows: { root: string }[] = await this.dataSource.query('SELECT root FROM internal_authorities');
    return rows.flatMap(({ root }) => readCertificates(root));
  }
}
