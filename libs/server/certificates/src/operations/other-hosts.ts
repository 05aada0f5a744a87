import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Operation } from '@lockstep/contract';
import { ProblemException } from '@lockstep/server-http';
import { type OperationContext, OperationsService, mustLetGo, wasCancelled } from '@lockstep/server-operations';
import { DataSource } from 'typeorm';
import { CertificateReader } from './certificate-reader.js';
import type { HostEnd } from './host-ends.js';
import type { WhatToDeploy } from './host-deployment.js';
import { isOnAll, targetsOn } from './targets-on.js';

/** How it stands on another connection: its deployment, or what is known without one. */
type Standing = Operation | HostEnd;
/** Milliseconds until a renewal looks by itself at deployments that it started, in case nothing woke it. */
const lookMs = 60_000;
/** The same for one that somebody else started: its end wakes nobody. */
const joinedMs = 2_000;

const had: HostEnd = { hasIt: true, effect: 'none' };
const notBegun: HostEnd = { hasIt: false, effect: 'none' };

/**
 * The hosts of a certificate beside the renewal's own, each with a deployment of its own. Nothing is remembered between two
 * looks: what was begun is in the operations, and what is done is at the targets.
 */
@Injectable()
export class OtherHosts {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly certificates: CertificateReader,
    private readonly operations: OperationsService,
  ) {}

  /** Begins what is to be begun; to be called as often as one likes. Answers how many others there are. */
  async begin(context: OperationContext, what: WhatToDeploy): Promise<number> {
    return (await this.look(context, what)).length;
  }

  /** How it ended on each of them. Parks the operation while it has not. */
  async ends(context: OperationContext, what: WhatToDeploy): Promise<HostEnd[]> {
    const standings = await this.look(context, what);
    const waiting = standings.filter(isActive);
    if (waiting.length > 0) {
      const isJoined = waiting.some(({ parentId }) => parentId !== context.operation.id);
      const until = new Date(Date.now() + (isJoined ? joinedMs : lookMs));
      context.awaitChildren(until, `Waits for the deployment on ${hosts(waiting.length)}`);
    }
    return standings.map((standing) => ('hasIt' in standing ? standing : endOf(standing)));
  }

  private async look(context: OperationContext, { certificate, version }: WhatToDeploy): Promise<Standing[]> {
    const own = context.operation.connectionId;
    const now = await this.certificates.read(certificate.id);
    const ids = [...new Set((now.targets ?? []).map(({ connectionId }) => connectionId))].filter((id) => id !== own);
    if (ids.length === 0) return [];
    const children = new Map(
      (await this.operations.children(context.operation.id)).map((child) => [child.connectionId, child]),
    );
    const names = await this.names(ids);
    const standings: Standing[] = [];
    for (const id of ids) {
      const child = children.get(id) ?? (isOnAll(targetsOn(id, now), version) ? had : undefined);
      standings.push(child ?? (await this.start(context, id, names.get(id))));
    }
    context.facts({ deployments: standings.flatMap((standing) => ('hasIt' in standing ? [] : [standing.id])) });
    return standings;
  }

  /** A connection that was removed meanwhile has no name. */
  private async start(context: OperationContext, id: number, name: string | undefined): Promise<Standing> {
    if (mustLetGo(context.signal)) throw context.signal.reason;
    if (name === undefined || wasCancelled(context.signal)) return notBegun;
    const { id: parentId, target, actor, createdBy } = context.operation;
    const connection = { id, name };
    try {
      const type = 'certificate_deployment';
      const { operation } = await this.operations.start({ type, connection, target, actor, createdBy, parentId });
      return operation;
    } catch (error) {
      if (error instanceof ProblemException && error.code === 'NOT_FOUND') return notBegun;
      throw error;
    }
  }

  private async names(ids: readonly number[]): Promise<Map<number, string>> {
    const rows = await this.dataSource.query<{ id: number; name: string }[]>(
      'SELECT id, name FROM connections WHERE id = ANY ($1) AND deleted_at IS NULL',
      [ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

const isActive = (standing: Standing): standing is Operation =>
  'completedAt' in standing && standing.completedAt === null;

const endOf = ({ status, effect }: Operation): HostEnd => ({
  hasIt: status === 'completed',
  effect: effect ?? 'unknown',
});

/** Counted and not named: not everyone who sees the renewal may see them. */
const hosts = (count: number): string => (count === 1 ? '1 other host' : `${String(count)} other hosts`);
