import { Injectable } from '@nestjs/common';
import type { BuiltInSchedule, CertificateCheck } from '@lockstep/contract';
import { CertificateChecks } from '@lockstep/server-certificates';

/** What Lockstep does on its own, by the clock. Each part keeps its own time; here it is only shown. */
@Injectable()
export class BuiltInSchedules {
  constructor(private readonly checks: CertificateChecks) {}

  async list(): Promise<BuiltInSchedule[]> {
    const check = await this.checks.read();
    return [dailyCheck(check), automaticRenewal(check)];
  }
}

function dailyCheck({ nextAt, endedAt, checked, troubled, running }: CertificateCheck): BuiltInSchedule {
  const next = new Date(nextAt);
  const trouble = troubled === 0 ? '' : `, ${String(troubled)} do not show what was deployed`;
  return {
    key: 'certificate-check',
    name: 'Certificate check',
    description: 'Looks at every endpoint of every certificate: does it show what was deployed there?',
    cron: `${String(next.getUTCMinutes())} ${String(next.getUTCHours())} * * *`,
    timeZone: 'UTC',
    nextRun: running ? null : nextAt,
    lastRun: endedAt === null ? null : { at: endedAt, message: `${String(checked)} looked at${trouble}` },
  };
}

function automaticRenewal({ renewalsLookedAt, renewalsStalled }: CertificateCheck): BuiltInSchedule {
  const message = renewalsStalled ? 'nobody has looked since: no worker runs' : 'looked for what is due';
  return {
    key: 'automatic-renewal',
    name: 'Automatic renewal',
    description: 'Renews each certificate when its time has come, and tries again after a failure.',
    cron: null,
    timeZone: 'UTC',
    nextRun: null,
    lastRun: { at: renewalsLookedAt, message },
  };
}
