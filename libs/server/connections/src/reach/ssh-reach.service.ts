import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Platform } from '@lockstep/contract';
import { prepared } from '@lockstep/server-database';
import {
  type ApprovedHostKey,
  NetworkPolicy,
  SshError,
  type SshSession,
  type SshTarget,
  type StageObserver,
  defaultDeadlines,
  openSshSession,
} from '@lockstep/server-ssh';
import { DataSource } from 'typeorm';
import { CONNECTIONS_OPTIONS, type ConnectionsOptions } from '../connections-options.js';
import { HostKeysService } from '../host-keys/host-keys.service.js';
import { CredentialVault } from './credential-vault.js';
import { mostJumps } from './jump-rules.js';

/** A connection ready to be reached. */
export interface ReachableHost {
  readonly connectionId: number;
  readonly platform: Platform;
  readonly target: SshTarget;
  readonly jumpConnectionId: number | null;
  readonly approved: readonly ApprovedHostKey[];
  /** Differs after each change of an address, login, credential or approved host key on the way: a refusal counts until then. */
  readonly way: string;
}

export interface ReachOptions {
  readonly signal: AbortSignal;
  readonly observe?: StageObserver;
}

interface HopRow {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly platform: Platform;
  readonly jump: number | null;
  readonly demo: boolean;
  readonly sealed: Buffer | null;
  readonly approved: readonly ApprovedHostKey[];
}

/** Logs in to connections, with their stored credentials, approved host keys and jump hosts. For handlers of operations. */
@Injectable()
export class SshReach {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONNECTIONS_OPTIONS) private readonly options: ConnectionsOptions,
    private readonly vault: CredentialVault,
    private readonly hostKeys: HostKeysService,
    private readonly policy: NetworkPolicy,
  ) {}

  /** The milliseconds that a step may take which would take `usual` at most. */
  deadline(usual: number): number {
    return Math.min(usual, this.options.stepDeadlineMs ?? usual);
  }

  /** Reads the connection and the way to it. Errors: SshError JUMP_HOST_FAILED, CREDENTIAL_MISSING when it was removed, CONNECTION_REFUSED for a demo host that is not up. */
  async find(connectionId: number): Promise<ReachableHost> {
    const [first, ...way] = await this.readWay(connectionId);
    if (!first) throw new SshError('CREDENTIAL_MISSING', 'The connection was removed.');
    for (const hop of [first, ...way]) this.assertUp(hop);
    let jump: SshTarget | undefined;
    const digest = createHash('sha256');
    for (const hop of way.reverse()) {
      digest.update(factsOf(hop));
      jump = this.toTarget(hop, jump);
    }
    if (first.jump !== null && jump === undefined) throw new SshError('JUMP_HOST_FAILED', 'The jump host was removed.');
    const target = this.toTarget(first, jump);
    const { platform, approved } = first;
    digest.update(factsOf(first));
    return { connectionId, platform, target, jumpConnectionId: first.jump, approved, way: digest.digest('base64url') };
  }

  /** Errors: SshError, or the signal's reason. The caller closes the session. */
  open({ target }: ReachableHost, { signal, observe }: ReachOptions): Promise<SshSession> {
    const deadlines = {
      resolve: this.deadline(defaultDeadlines.resolve),
      connect: this.deadline(defaultDeadlines.connect),
      host_key: this.deadline(defaultDeadlines.host_key),
      authenticate: this.deadline(defaultDeadlines.authenticate),
    };
    return openSshSession(target, { policy: this.policy, signal, deadlines, ...(observe && { observe }) });
  }

  /** Demo hosts live in a process that was started with them; their connections stay. Whatever else has their port now is not asked. */
  private assertUp({ demo, name, host, port }: HopRow): void {
    if (!demo || this.policy.isOwnService(host, port)) return;
    throw new SshError(
      'CONNECTION_REFUSED',
      `«${name}» is a simulated host, and Lockstep was started without it: start with --demo, or delete this connection.`,
    );
  }

  private toTarget(row: HopRow, jump: SshTarget | undefined): SshTarget {
    const { id, name, host, port, username, sealed, approved } = row;
    return {
      name,
      host,
      port,
      username,
      knownHostKeyTypes: approved.map(({ algorithm }) => algorithm),
      credential: () => (sealed === null ? null : this.vault.open(id, sealed)),
      verifyHostKey: (offered) => this.hostKeys.judge(id, offered),
      ...(jump && { jump }),
    };
  }

  /** The connection, its jump host, that one's jump host, … The length is bounded, so that a circle ends as one that is too long. */
  private async readWay(connectionId: number): Promise<HopRow[]> {
    const rows: HopRow[] = await this.dataSource.query(
      prepared(`WITH RECURSIVE way AS (
         SELECT id, jump_connection_id, 0 AS depth FROM connections WHERE id = $1 AND deleted_at IS NULL
         UNION ALL
         SELECT c.id, c.jump_connection_id, way.depth + 1 FROM way JOIN connections c ON c.id = way.jump_connection_id
         WHERE c.deleted_at IS NULL AND way.depth <= $2
       )
       SELECT c.id, name, host, port, username, platform, c.jump_connection_id AS jump, demo, sealed,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('algorithm', algorithm, 'fingerprint', fingerprint)
            ORDER BY seen_at DESC), '[]')
          FROM host_keys k WHERE k.connection_id = c.id AND accepted_at IS NOT NULL) AS approved
       FROM way JOIN connections c USING (id) LEFT JOIN credentials ON credentials.connection_id = c.id ORDER BY depth`),
      [connectionId, mostJumps],
    );
    if (rows.length > mostJumps + 1) throw new SshError('JUMP_HOST_FAILED', 'The jump hosts lead round in a circle.');
    return rows;
  }
}

/** All that decides whether a host would let us in. The sealed credential differs each time it is stored. */
const factsOf = ({ id, host, port, username, sealed, approved }: HopRow): string => {
  const keys = approved.map(({ fingerprint }) => fingerprint).sort();
  return JSON.stringify([id, host, port, username, sealed?.toString('base64') ?? null, keys]);
};
