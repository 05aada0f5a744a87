import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { DnsProviderSettings } from '@lockstep/contract';
import {
  AcmeError,
  type DnsProvider,
  type Reach,
  type Solver,
  cloudflare,
  commandHook,
  dnsSolver,
  dnsUpdate,
  route53,
} from '@lockstep/server-acme';
import { SshReach } from '@lockstep/server-connections';
import { NetworkPolicy, resolveHost } from '@lockstep/server-ssh';
import { CERTIFICATES_OPTIONS, type CertificatesOptions } from '../certificates-options.js';
import { AcmeAccounts } from './acme-accounts.js';
import type { AcmeIssuerEntity } from './acme-issuer.js';
import type { Route53Secret } from './acme-settings.js';
import { HostSolver } from './host-solver.js';

const resolveMs = 10_000;

/** A solver, and the end of what it holds. */
export interface OpenSolver {
  readonly solver: Solver;
  /** After the last `withdraw`: takes away what had to be made for the proofs, too. A renewal leaves it for the next one. */
  leaveNothing(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();
const holdsNothing = { leaveNothing: nothing, close: nothing };

/** Lockstep answers itself from what is stored, and that is stored before and after by whoever proves. */
const ownAnswers: Solver = { kind: 'http-01', present: nothing, withdraw: nothing };

/** The ways in which issuers have names proved. */
@Injectable()
export class Solvers {
  constructor(
    private readonly accounts: AcmeAccounts,
    private readonly ssh: SshReach,
    private readonly policy: NetworkPolicy,
    @Inject(CERTIFICATES_OPTIONS) private readonly options: CertificatesOptions,
  ) {}

  /** Where CAs, DNS servers and providers may be. */
  readonly reach: Reach = async (host, port) =>
    (await resolveHost({ host, port, policy: this.policy }, { deadlineMs: resolveMs })).addresses;

  /** @param connectionId where challenges are answered by files, unless the issuer names another one */
  async open({ id, acme }: AcmeIssuerEntity, connectionId: number): Promise<OpenSolver> {
    const { challenge } = acme;
    if (challenge.kind === 'dns-01') {
      const { provider, resolvers } = challenge;
      const options = { provider: await this.providerOf(provider, id), reach: this.reach };
      return { solver: dnsSolver({ ...options, ...(resolvers.length > 0 && { resolvers }) }), ...holdsNothing };
    }
    if (challenge.answeredBy === 'lockstep') return { solver: ownAnswers, ...holdsNothing };
    const { folder } = challenge;
    const solver = new HostSolver(this.ssh, { folder, connectionId: challenge.connectionId ?? connectionId });
    return { solver, leaveNothing: (signal) => solver.leaveNothing(signal), close: () => solver.close() };
  }

  /** A program of the folder that the operator of the process has named. @throws {AcmeError} DNS_REFUSED */
  async hook(name: string): Promise<string> {
    const folder = this.options.dnsHooksFolder;
    if (folder === undefined)
      throw new AcmeError('DNS_REFUSED', 'No DNS command may be run here: LOCKSTEP_DNS_HOOKS names no folder.');
    try {
      const [program, home] = await Promise.all([realpath(join(folder, name)), realpath(folder)]);
      await access(program, constants.X_OK);
      if (dirname(program) === home) return program;
    } catch {
      // Told below.
    }
    throw new AcmeError('DNS_REFUSED', `LOCKSTEP_DNS_HOOKS has no program ${name} that may be run.`);
  }

  private async providerOf(settings: DnsProviderSettings, issuerId: number): Promise<DnsProvider> {
    const { reach } = this;
    if (settings.kind === 'command') return commandHook({ program: await this.hook(settings.program) });
    const secret = await this.accounts.providerSecret(issuerId);
    switch (settings.kind) {
      case 'rfc2136': {
        const { server, port, zone, key } = settings;
        return dnsUpdate({ host: server, port, reach, key: { ...key, secret }, ...(zone !== undefined && { zone }) });
      }
      case 'cloudflare':
        return cloudflare({ token: secret, reach });
      case 'route53': {
        const { secretAccessKey, sessionToken } = JSON.parse(secret) as Route53Secret;
        const { accessKeyId, hostedZoneId } = settings;
        const optional = { ...(sessionToken && { sessionToken }), ...(hostedZoneId && { hostedZoneId }) };
        return route53({ accessKeyId, secretAccessKey, reach, ...optional });
      }
    }
  }
}
