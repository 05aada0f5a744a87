import { Injectable } from '@nestjs/common';
import type { Certificate } from '@lockstep/contract';
import { CertificateQueries, CertificateRenewalsService } from '@lockstep/server-certificates';
import { ConnectionQueries, type ConnectionToUse, whyKeyRefuses } from '@lockstep/server-connections';
import { ProblemException } from '@lockstep/server-http';
import { RollingRestartsService } from '@lockstep/server-services';
import type { ScheduleEntity } from '../model/schedule.entity.js';
import {
  type PlannedStart,
  type SchedulePlan,
  type Skip,
  nothingToDo,
  onCertificate,
  onConnection,
} from './schedule-plan.js';

const notSeen = 'It was removed, or is not granted to the one who does this.';

/** Decides what a run of a schedule does, through the eyes of a user and without asking any host. */
@Injectable()
export class SchedulePlans {
  constructor(
    private readonly connections: ConnectionQueries,
    private readonly certificates: CertificateQueries,
    private readonly renewals: CertificateRenewalsService,
    private readonly rolling: RollingRestartsService,
  ) {}

  async make(userId: number, schedule: ScheduleEntity): Promise<SchedulePlan> {
    const plan = await this.planOf(userId, schedule);
    if (plan.starts.length > 0 || plan.rolling !== null || plan.skips.length > 0) return plan;
    return nothingToDo(whyNothing(schedule));
  }

  private planOf(userId: number, schedule: ScheduleEntity): Promise<SchedulePlan> {
    switch (schedule.type) {
      case 'ssh_test':
        return this.tests(userId, schedule);
      case 'service_restart':
        return this.restarts(userId, schedule);
      case 'certificate_renewal':
        return this.renewalsOf(userId, schedule);
    }
  }

  private async tests(userId: number, schedule: ScheduleEntity): Promise<SchedulePlan> {
    const { found, skips } = await this.chosen(userId, schedule);
    const starts: PlannedStart[] = [];
    for (const connection of found) {
      const target = onConnection(connection.id, connection.name);
      const reason = whyKeyRefuses(connection.hostKeyState);
      if (reason === undefined) starts.push({ target, request: { type: 'ssh_test', connection } });
      else skips.push({ ...target, reason });
    }
    return { starts, rolling: null, skips };
  }

  private async restarts(userId: number, schedule: ScheduleEntity): Promise<SchedulePlan> {
    const { service, connectionIds, tag, atOnce, stopAfterFailures } = schedule;
    const which = tag === null ? { connectionIds: connectionIds ?? [] } : { tag };
    const input = { service: service ?? '', atOnce, stopAfterFailures, ...which };
    const { targets, skipped } = await this.rolling.preview(userId, input);
    const skips = skipped.map(({ connectionId, connectionName, reason }) => ({
      ...onConnection(connectionId, connectionName),
      reason: connectionName === null ? notSeen : reason,
    }));
    return { starts: [], rolling: targets.length === 0 ? null : { input, targets }, skips };
  }

  private async renewalsOf(userId: number, schedule: ScheduleEntity): Promise<SchedulePlan> {
    const { certificateIds } = schedule;
    const chosen = certificateIds === null ? await this.chosen(userId, schedule) : { found: [], skips: [] };
    const certificates = await this.certificates.choose(
      userId,
      certificateIds === null ? { connectionIds: chosen.found.map(({ id }) => id) } : { ids: certificateIds },
    );
    const known = new Set(certificates.map(({ id }) => id));
    const skips: Skip[] = [...chosen.skips];
    for (const id of certificateIds ?? [])
      if (!known.has(id)) skips.push({ ...onCertificate(id, null), reason: notSeen });
    const starts: PlannedStart[] = [];
    for (const certificate of certificates) {
      const planned = await this.renewal(userId, certificate, schedule.onlyDue);
      if ('request' in planned) starts.push(planned);
      else skips.push(planned);
    }
    return { starts, rolling: null, skips };
  }

  private async renewal(userId: number, certificate: Certificate, onlyDue: boolean): Promise<PlannedStart | Skip> {
    const target = onCertificate(certificate.id, certificate.name);
    const { renewAt } = certificate;
    if (onlyDue && renewAt !== null && Date.parse(renewAt) > Date.now())
      return { ...target, reason: `Its renewal window begins on ${renewAt.slice(0, 10)}.`, isUsual: true };
    try {
      const request = await this.renewals.prepare(userId, certificate.id);
      const { id, name } = request.connection;
      const placed = { ...target, connectionId: id, connectionName: name };
      const [connection] = await this.connections.choose(userId, { ids: [id] });
      const reason = connection ? whyKeyRefuses(connection.hostKeyState) : notSeen;
      return reason === undefined ? { target: placed, request } : { ...placed, reason };
    } catch (error) {
      if (error instanceof ProblemException && error.getStatus() < 500) return { ...target, reason: error.detail };
      throw error;
    }
  }

  /** The connections that the schedule names or tags and the user may see; who is named and not seen is skipped. */
  private async chosen(
    userId: number,
    { connectionIds, tag }: ScheduleEntity,
  ): Promise<{ found: ConnectionToUse[]; skips: Skip[] }> {
    const ids = connectionIds ?? [];
    const found = await this.connections.choose(userId, tag === null ? { ids } : { tag });
    const known = new Set(found.map(({ id }) => id));
    const unseen = ids.filter((id) => !known.has(id));
    return { found, skips: unseen.map((id) => ({ ...onConnection(id, null), reason: notSeen })) };
  }
}

function whyNothing({ type, tag }: ScheduleEntity): string {
  if (type === 'certificate_renewal')
    return 'There is no certificate on these connections that may be seen by the one who does this.';
  return `No connection with the tag ${tag ?? ''} may be seen by the one who does this.`;
}
