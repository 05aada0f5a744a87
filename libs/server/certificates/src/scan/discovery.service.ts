import type { X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DiscoverAnswer, RouteInput, ScannedAddress, routes } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import { factsOf, findProblems, readCertificates, toPem } from '@lockstep/server-pki';
import { NetworkPolicy, SshError } from '@lockstep/server-ssh';
import { DataSource } from 'typeorm';
import { toLookFailure } from './look-failure.js';
import { several } from './several.js';
import { type Shown, scanTls } from './tls-scan.js';

/** Milliseconds for each of: the name, the connection, the handshake. */
const deadlineMs = 5_000;
const atOnce = 10;

export interface Address {
  readonly host: string;
  readonly port: number;
  /** The host unless told. */
  readonly serverName?: string | undefined;
}

/** What TLS ports show. */
@Injectable()
export class DiscoveryService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly policy: NetworkPolicy,
  ) {}

  /** @throws {ProblemException} NETWORK_NOT_ALLOWED, HOST_NOT_READ with the reason. */
  async discover(address: RouteInput<typeof routes.discoverCertificate>['body']): Promise<DiscoverAnswer> {
    try {
      return await this.look(address);
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      const code = error.code === 'NETWORK_NOT_ALLOWED' ? 'NETWORK_NOT_ALLOWED' : 'HOST_NOT_READ';
      throw new ProblemException(code, error.message);
    }
  }

  /** Several addresses at once, in their order. Whoever is not reached until the signal comes is told so. */
  lookAtAll(addresses: readonly Address[], signal: AbortSignal): Promise<ScannedAddress[]> {
    return several(addresses, atOnce, async ({ host, port, serverName = host }) => {
      try {
        const answer = await this.look({ host, port, serverName }, signal);
        return { host, port, serverName, answer, failure: null };
      } catch (error) {
        return { host, port, serverName, answer: null, failure: toLookFailure(error) };
      }
    });
  }

  /** Errors: SshError, or the signal's reason. */
  async look({ host, port, serverName = host }: Address, signal?: AbortSignal): Promise<DiscoverAnswer> {
    const limit = { deadlineMs, ...(signal && { signal }) };
    const shown = await scanTls({ host, port, serverName, policy: this.policy }, limit);
    const roots = await this.ownRoots();
    try {
      return toAnswer(shown, { serverName, roots });
    } catch (cause) {
      const message = `${host} port ${String(port)} showed a certificate that cannot be read.`;
      throw new SshError('TLS_FAILED', message, { cause });
    }
  }

  /** The roots of our own authorities: clients here are told to trust them. */
  async ownRoots(): Promise<X509Certificate[]> {
    const rows: { root: string }[] = await this.dataSource.query('SELECT root FROM internal_authorities');
    return rows.flatMap(({ root }) => readCertificates(root));
  }
}

function toAnswer(
  { address, protocol, chain }: Shown,
  { serverName, roots }: { serverName: string; roots: readonly X509Certificate[] },
): DiscoverAnswer {
  const [leaf, ...others] = chain;
  return {
    address,
    serverName,
    protocol,
    leaf: factsOf(leaf),
    chain: others.map(factsOf),
    problems: findProblems(chain, { names: [serverName], at: new Date(), roots }),
    pem: toPem(chain),
  };
}
