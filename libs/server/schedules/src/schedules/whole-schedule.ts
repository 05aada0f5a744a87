import { ProblemException } from '@lockstep/server-http';
import type { ScheduleEntity } from '../model/schedule.entity.js';

type Fields = Pick<ScheduleEntity, 'type' | 'connectionIds' | 'tag' | 'certificateIds' | 'service'>;

/** Whether the fields fit together. @throws {ProblemException} VALIDATION_FAILED */
export function assertWhole({ type, connectionIds, tag, certificateIds, service }: Fields): void {
  const ways = [connectionIds, tag, certificateIds].filter((way) => way !== null);
  if (ways.length !== 1) throw invalid('connectionIds', 'give one of connectionIds, tag and certificateIds');
  if (certificateIds !== null && type !== 'certificate_renewal')
    throw invalid('certificateIds', 'are for schedules of the type certificate_renewal');
  if (type === 'service_restart' && service === null) throw invalid('service', 'is needed: which one to restart');
  if (type !== 'service_restart' && service !== null)
    throw invalid('service', 'is for schedules of the type service_restart');
}

/** A refusal that names the field. */
export function invalid(field: string, message: string): ProblemException {
  const path = `body.${field}`;
  return new ProblemException('VALIDATION_FAILED', `${path}: ${message}`, { errors: [{ path, message }] });
}
