import { Inject, Injectable, Logger } from '@nestjs/common';
import { CERTIFICATES_OPTIONS, type CertificatesOptions } from '../certificates-options.js';

const deadlineMs = 10_000;

/** Calls an address of the operator's after each check, so that somebody outside notices when none comes. */
@Injectable()
export class Heartbeat {
  private readonly logger = new Logger('Certificates');

  constructor(@Inject(CERTIFICATES_OPTIONS) private readonly options: CertificatesOptions) {}

  /** Never rejects: whoever waits for the call notices that it did not come. */
  async beat(): Promise<void> {
    const { heartbeatUrl } = this.options;
    if (heartbeatUrl === undefined) return;
    try {
      const answer = await fetch(heartbeatUrl, { signal: AbortSignal.timeout(deadlineMs), redirect: 'manual' });
      if (!answer.ok) throw new Error(`it answered ${String(answer.status)}`);
    } catch (error) {
      // The address may hold a secret, so it is not told.
      this.logger.warn(`The call to LOCKSTEP_HEARTBEAT_URL did not succeed: ${reasonOf(error)}`);
    }
  }
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: unknown } | undefined;
  return typeof cause?.code === 'string' ? cause.code : error.message;
};
