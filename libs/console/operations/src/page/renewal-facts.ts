import { formatExact } from '@lockstep/console-ui';
import type { Endpoint } from '@lockstep/contract';
import type { Fact } from './fact-words';

interface ServedBefore {
  readonly endpoint: Endpoint;
  /** Null: nothing was served there. */
  readonly fingerprint: string | null;
}

/** The facts of a renewal: what was issued, and what each endpoint served before. */
export function describeRenewal(metadata: Readonly<Record<string, unknown>>): readonly Fact[] {
  const { version, serialNumber, fingerprint, notAfter, servedBefore } = metadata;
  return [
    ...(typeof version === 'number' ? [fact($localize`Version`, String(version), false)] : []),
    ...(typeof notAfter === 'string' ? [fact($localize`Valid until`, formatExact(Date.parse(notAfter)), false)] : []),
    ...(typeof serialNumber === 'string' ? [fact($localize`Serial number`, serialNumber)] : []),
    ...(typeof fingerprint === 'string' ? [fact($localize`Fingerprint`, fingerprint)] : []),
    ...(Array.isArray(servedBefore) && servedBefore.length > 0
      ? [fact($localize`Served before`, (servedBefore as readonly ServedBefore[]).map(describeServed).join('; '))]
      : []),
  ];
}

const describeServed = ({ endpoint: { host, port, serverName }, fingerprint }: ServedBefore): string =>
  `${serverName} ${host}:${String(port)} ${fingerprint ?? $localize`nothing`}`;

const fact = (name: string, value: string, isCode = true): Fact => ({ name, value, isCode });
