import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { ImportAnswer, ImportFormat, ImportInput } from '@lockstep/contract';
import { type AuditActor, AuditService } from '@lockstep/server-access';
import { sqlState } from '@lockstep/server-database';
import { ProblemException } from '@lockstep/server-http';
import {
  type ImportedHost,
  type ImportedHosts,
  ImportUnreadableError,
  NetworkPolicy,
  type SkippedHost,
  parseAnsibleInventory,
  parseCsv,
  parseSshConfig,
} from '@lockstep/server-ssh';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { ConnectionEntity } from '../model/connection.entity.js';
import { CredentialVault } from '../reach/credential-vault.js';
import { lockJumps } from '../reach/jump-rules.js';
import { type ImportPlan, type PlannedHost, resolveJumps } from './resolve-jumps.js';

const parsers: Readonly<Record<ImportFormat, (text: string) => ImportedHosts>> = {
  ssh_config: parseSshConfig,
  ansible_inventory: parseAnsibleInventory,
  csv: parseCsv,
};

/** Connections from files of other tools: first as a preview, then for real, all or none. */
@Injectable()
export class HostsImportService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly vault: CredentialVault,
    private readonly policy: NetworkPolicy,
    private readonly audit: AuditService,
  ) {}

  /** @throws {ProblemException} IMPORT_UNREADABLE, KEY_UNREADABLE. */
  async import(actor: AuditActor, input: ImportInput): Promise<ImportAnswer> {
    if (input.credential) this.vault.assertReadable(input.credential);
    const parsed = read(input);
    if (input.dryRun) return toAnswer(await this.plan(this.dataSource.manager, parsed), new Map());
    try {
      return await this.dataSource.transaction(async (transaction) => {
        await lockJumps(transaction);
        const plan = await this.plan(transaction, parsed);
        const ids = await this.make(transaction, plan.hosts);
        if (input.credential) await this.vault.store(transaction, [...ids.values()], input.credential);
        if (ids.size > 0) await this.record(transaction, { actor, input, plan });
        return toAnswer(plan, ids);
      });
    } catch (error) {
      // Somebody took a name between the look and the insert; nothing was made.
      if (sqlState(error) === '23505')
        throw new ProblemException('CONFLICT', 'A name was taken meanwhile; import again.');
      throw error;
    }
  }

  private async plan(manager: EntityManager, parsed: ImportedHosts): Promise<ImportPlan> {
    const connections = await manager.find(ConnectionEntity, {
      where: { deletedAt: IsNull() },
      select: { id: true, name: true },
    });
    const existing = new Map(connections.map(({ id, name }) => [name.toLowerCase(), id]));
    const skipped: SkippedHost[] = [...parsed.skipped];
    const fresh: ImportedHost[] = [];
    for (const item of parsed.items) {
      const reason = existing.has(item.name.toLowerCase())
        ? 'a connection of this name exists'
        : this.whyNotReachable(item);
      if (reason === null) fresh.push(item);
      else skipped.push({ line: item.line, name: item.name, reason });
    }
    const resolved = resolveJumps(fresh, existing);
    return { hosts: resolved.hosts, skipped: [...skipped, ...resolved.skipped] };
  }

  private whyNotReachable({ host, port, jump }: ImportedHost): string | null {
    if (isIP(host) === 0) return null;
    const verdict =
      jump === null ? this.policy.check({ address: host, port }) : this.policy.checkBeyondJump(host, port);
    return verdict.allowed ? null : `Lockstep may not reach it: ${verdict.reason}`;
  }

  /** Inserts all without their jumps, then joins them, so that the order in the text does not matter. Answers ids by lower-case name. */
  private async make(transaction: EntityManager, hosts: readonly PlannedHost[]): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    for (let first = 0; first < hosts.length; first += 500) {
      const rows = hosts.slice(first, first + 500).map(({ host: { name, host, port, username, tags } }) => ({
        name,
        host,
        port,
        username,
        tags: [...tags],
        platform: 'systemd' as const,
        jumpConnectionId: null,
      }));
      const made = await transaction.insert(ConnectionEntity, rows);
      made.identifiers.forEach((row, index) => ids.set((rows[index]?.name ?? '').toLowerCase(), Number(row['id'])));
    }
    const jumps = hosts.flatMap(({ host, jump }) => {
      if (jump === null) return [];
      const id = ids.get(host.name.toLowerCase());
      const through = 'connectionId' in jump ? jump.connectionId : ids.get(jump.name);
      return id === undefined || through === undefined ? [] : [{ id, through }];
    });
    await transaction.query(
      `UPDATE connections SET jump_connection_id = jump.through
       FROM unnest($1::integer[], $2::integer[]) AS jump (id, through) WHERE connections.id = jump.id`,
      [jumps.map(({ id }) => id), jumps.map(({ through }) => through)],
    );
    return ids;
  }

  private async record(
    transaction: EntityManager,
    { actor, input, plan }: { actor: AuditActor; input: ImportInput; plan: ImportPlan },
  ): Promise<void> {
    const names = plan.hosts.slice(0, 100).map(({ host }) => host.name);
    const detail = {
      format: input.format,
      made: plan.hosts.length,
      skipped: plan.skipped.length,
      names,
      credentialKind: input.credential?.kind ?? null,
    };
    await this.audit.record(transaction, { actor, action: 'connections.imported', subject: 'connections', detail });
  }
}

function read({ format, text }: ImportInput): ImportedHosts {
  try {
    return parsers[format](text);
  } catch (error) {
    if (error instanceof ImportUnreadableError) throw new ProblemException('IMPORT_UNREADABLE', error.message);
    throw error;
  }
}

const toAnswer = (plan: ImportPlan, ids: ReadonlyMap<string, number>): ImportAnswer => ({
  items: plan.hosts.map(({ host }) => ({
    ...host,
    tags: [...host.tags],
    connectionId: ids.get(host.name.toLowerCase()) ?? null,
  })),
  skipped: [...plan.skipped],
});
