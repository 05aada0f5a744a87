import type { Operation } from '@lockstep/contract';
import { type ReportLine, milliseconds, notMeasured, ratioLine, seconds } from '../report/report.js';
import { median } from '../report/statistics.js';
import {
  type CertificateSite,
  startCertificateSite,
  timeRenewal,
  whyNoCertificateSite,
} from '../setup/certificate-site.js';
import { LockstepRenewals } from '../setup/lockstep-renewals.js';
import type { Bench } from './bench-line.js';
import { type Renewal, bareAcme, certbot, lego } from './certificate-peers.js';

/** A certificate takes a fraction of a second: several in each round make the median steady. */
const issuancesPerRound = 5;
const mostTimesBareAcme = 1.3;
const whole = 'certificate renewed: HTTP-01, issued, deployed, nginx reloaded';
const acmePart = 'ACME part of a renewal: order, challenge, issue';

interface Measures {
  /** Issued and deployed. */
  readonly lockstep: Renewal;
  readonly bare: Renewal;
  readonly lego: Renewal | undefined;
  readonly certbot: Renewal | undefined;
  /** The ACME part alone. */
  readonly lockstepIssues: Renewal;
  readonly bareIssues: Renewal;
}

/** One certificate issued and deployed, against three ways to do it without Lockstep, all by one CA for one host. */
export async function certificates(bench: Bench): Promise<ReportLine[]> {
  const reason = await whyNoCertificateSite();
  if (reason !== undefined) return [notMeasured(whole, reason), notMeasured(acmePart, reason)];
  const site = await startCertificateSite(bench.cleanUp);
  const measures = await prepare(bench, site);
  const taken = Object.fromEntries(Object.keys(measures).map((name) => [name, []])) as unknown as Record<
    keyof Measures,
    number[]
  >;
  const deployed = ['lockstep', 'bare', 'lego', 'certbot'] as const;
  // The first of each registers accounts and warms what is to be warm.
  for (let round = -1; round < bench.rounds; round += 1) {
    for (const name of deployed) {
      const renew = measures[name];
      if (!renew) continue;
      const took = await timeRenewal(site, renew);
      if (round >= 0) taken[name].push(took);
    }
    for (let count = 0; count < issuancesPerRound; count += 1) {
      for (const name of ['lockstepIssues', 'bareIssues'] as const) {
        const took = await measures[name]();
        if (round >= 0) taken[name].push(took);
      }
    }
  }
  return report(taken);
}

async function prepare(bench: Bench, site: CertificateSite): Promise<Measures> {
  const renewals = await LockstepRenewals.start(site, bench);
  const { id: connectionId } = await renewals.connect(site);
  const [served, answered] = [
    await renewals.served({ site, connectionId }),
    await renewals.answered({ site, connectionId }),
  ];
  const bare = await bareAcme(site, bench.cleanUp);
  return {
    lockstep: async () => {
      const begin = performance.now();
      await renewals.renew(served);
      return performance.now() - begin;
    },
    lockstepIssues: async () => acmeMs(await renewals.renew(answered)),
    bare: bare.renew,
    bareIssues: bare.issue,
    lego: await lego(site),
    certbot: await certbot(site),
  };
}

/** Milliseconds from the beginning of the order to the stored certificate. */
function acmeMs({ steps }: Operation): number {
  const at = (name: string, of: 'startedAt' | 'endedAt'): number => {
    const time = steps.find((step) => step.name === name)?.[of];
    if (!time) throw new Error(`The renewal has no ${name}.`);
    return Date.parse(time);
  };
  return at('issue', 'endedAt') - at('order', 'startedAt');
}

function report(taken: Record<keyof Measures, number[]>): ReportLine[] {
  const lockstep = median(taken.lockstep);
  const against = (peer: 'lego' | 'certbot'): ReportLine => {
    if (taken[peer].length === 0) return notMeasured(whole, `${peer} is not installed`);
    const figures = { lockstep, peer: median(taken[peer]), show: seconds, most: 1 };
    return ratioLine(whole, { ...figures, peerName: `\`${peer}\` + \`scp\` + reload by \`ssh\`` });
  };
  return [
    against('lego'),
    against('certbot'),
    ratioLine(whole, {
      ...{ lockstep, peer: median(taken.bare), show: seconds },
      peerName: 'bare acme-client + `scp` + reload by `ssh`',
    }),
    ratioLine(acmePart, {
      ...{ lockstep: median(taken.lockstepIssues), peer: median(taken.bareIssues), show: milliseconds },
      ...{ peerName: 'bare acme-client', most: mostTimesBareAcme },
    }),
  ];
}
