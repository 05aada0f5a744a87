import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ConnectionScanAnswer, LookFailure, RouteInput, ScannedAddress, routes } from '@lockstep/contract';
import { AuditService, type SignedInActor } from '@lockstep/server-access';
import { ConnectionQueries } from '@lockstep/server-connections';
import { DataSource } from 'typeorm';
import { DiscoveryService } from './discovery.service.js';
import { type HostFindings, HostSearch } from './host-search.js';
import { toLookFailure } from './look-failure.js';
import { readScannedFile, worthShowing } from './scanned-files.js';

type Input = RouteInput<typeof routes.scanConnection>['body'];

/** Milliseconds in which someone who waits for a scan is answered, with what was found until then. */
export const scanMs = 60_000;

/** TLS from the first byte: the web and its common alternatives, LDAP, FTP, mail, IMAP, Kubernetes, MQTT, consoles. */
const usualPorts = [443, 465, 636, 853, 990, 993, 995, 2376, 5671, 5986, 6443, 8006, 8443, 8883, 9090, 9443, 10_000];
/** SSH, SMTP, DNS, plain web and others that are known not to begin with TLS. */
const plainPorts = new Set([21, 22, 23, 25, 53, 80, 110, 111, 143, 445, 587, 3306, 5432]);
const mostListening = 100;

/** Looks for certificates on the host of a connection. */
@Injectable()
export class ConnectionScanService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionQueries,
    private readonly discovery: DiscoveryService,
    private readonly hosts: HostSearch,
    private readonly audit: AuditService,
  ) {}

  /** A host that cannot be asked is looked at from outside alone. @throws {ProblemException} NOT_FOUND */
  async scan(actor: SignedInActor, id: number, input: Input): Promise<ConnectionScanAnswer> {
    const connection = await this.connections.get(actor.userId, id);
    await this.dataSource.transaction((transaction) =>
      this.audit.record(transaction, {
        actor,
        action: 'connection.scanned',
        subject: `connection:${String(id)}`,
        detail: { ...input },
      }),
    );
    const signal = AbortSignal.timeout(scanMs);
    const { findings, failure } = await this.ask(id, input, signal);
    const told = findings.ports.filter((port) => port !== connection.port && !plainPorts.has(port));
    const wanted = [...new Set([...input.ports, ...usualPorts, ...told.slice(0, mostListening)])];
    const [ports, roots] = await Promise.all([
      this.lookAtPorts(connection.host, wanted, signal),
      this.discovery.ownRoots(),
    ]);
    const files = findings.files.map((file) => readScannedFile(file, roots));
    return {
      ports: ports.filter(({ port, answer }) => answer !== null || input.ports.includes(port)),
      portsLookedAt: wanted.length,
      files: worthShowing(files, input.paths),
      failure,
    };
  }

  private async ask(
    id: number,
    { paths }: Input,
    signal: AbortSignal,
  ): Promise<{ findings: HostFindings; failure: LookFailure | null }> {
    try {
      return { findings: await this.hosts.everything(id, paths, signal), failure: null };
    } catch (error) {
      return { findings: { ports: [], files: [] }, failure: toLookFailure(error) };
    }
  }

  /** Where a host is known by its address alone, the name to ask for is the one that it shows itself. */
  private async lookAtPorts(host: string, ports: readonly number[], signal: AbortSignal): Promise<ScannedAddress[]> {
    const addresses = ports.map((port) => ({ host, port }));
    const seen = await this.discovery.lookAtAll(addresses, signal);
    const named = seen.map(({ port, answer }) => ({ host, port, serverName: nameFor(host, answer) }));
    const again = named.filter(({ serverName }) => serverName !== host);
    const better = await this.discovery.lookAtAll(again, signal);
    return seen.map((one) => better.find(({ port, answer }) => port === one.port && answer !== null) ?? one);
  }
}

function nameFor(host: string, answer: ScannedAddress['answer']): string {
  const names = answer?.leaf.names ?? [];
  if (isIP(host) === 0 || names.includes(host)) return host;
  return names.find((name) => isIP(name) === 0 && !name.startsWith('*.')) ?? host;
}
