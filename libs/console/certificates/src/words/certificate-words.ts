import type { IconName, Tone } from '@lockstep/console-ui';
import type { Certificate, CertificateStatus, KeyType, Reload } from '@lockstep/contract';

export interface CertificateState {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly word: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * What is wrong with it and how long it still lasts, in one phrase with its look. That it has expired, or has come to be due,
 * is told by the clock: nobody waits for the server to say so. `now` in milliseconds since 1970.
 */
export function describeCertificate(
  {
    status,
    renewAt,
    inUse,
  }: Pick<Certificate, 'renewAt' | 'status'> & { readonly inUse: { readonly notAfter: string } | null },
  now: number,
): CertificateState {
  const left = inUse === null ? null : Date.parse(inUse.notAfter) - now;
  if (left !== null && left <= 0) return { tone: 'failed', icon: 'failed', word: daysLeft(left) };
  const look = troubleLooks[status];
  if (look !== undefined) {
    const title = status === 'expired' ? $localize`Expired one served` : statusTitle(status);
    return { ...look, word: left === null ? title : $localize`${title}:STATE:, ${daysLeft(left)}:LEFT:` };
  }
  if (left === null) {
    const word = statusTitle(status);
    return status === 'not_deployed'
      ? { tone: 'waiting', icon: 'waiting', word }
      : { tone: 'cancelled', icon: 'dot', word };
  }
  const isDue = status === 'due' || (renewAt !== null && Date.parse(renewAt) <= now);
  const tone = isDue ? 'waiting' : 'completed';
  return { tone, icon: tone, word: daysLeft(left) };
}

/** What is wrong besides time. */
const troubleLooks: Partial<Record<CertificateStatus, Omit<CertificateState, 'word'>>> = {
  expired: { tone: 'failed', icon: 'failed' },
  unreachable: { tone: 'failed', icon: 'unknown' },
  wrongly_served: { tone: 'failed', icon: 'warning' },
  renewal_failing: { tone: 'waiting', icon: 'warning' },
  awaits_approval: { tone: 'waiting', icon: 'key' },
};

/** «12 days left», «5 h left», «40 min left», «Expired 3 days ago». `left` in milliseconds, negative once it has expired. */
function daysLeft(left: number): string {
  const size = Math.abs(left);
  const isPast = left <= 0;
  if (size < hour) {
    const minutes = Math.floor(size / minute);
    return isPast ? $localize`Expired ${minutes}:MINUTES: min ago` : $localize`${minutes}:MINUTES: min left`;
  }
  if (size < day) {
    const hours = Math.floor(size / hour);
    return isPast ? $localize`Expired ${hours}:HOURS: h ago` : $localize`${hours}:HOURS: h left`;
  }
  const days = Math.floor(size / day);
  if (days === 1) return isPast ? $localize`Expired 1 day ago` : $localize`1 day left`;
  return isPast ? $localize`Expired ${days}:DAYS: days ago` : $localize`${days}:DAYS: days left`;
}

export function statusTitle(status: CertificateStatus): string {
  switch (status) {
    case 'expired':
      return $localize`Expired`;
    case 'unreachable':
      return $localize`Not reached`;
    case 'wrongly_served':
      return $localize`Served wrongly`;
    case 'renewal_failing':
      return $localize`Renewal failing`;
    case 'awaits_approval':
      return $localize`Key to approve`;
    case 'due':
      return $localize`Due for renewal`;
    case 'not_issued':
      return $localize`Not issued yet`;
    case 'not_deployed':
      return $localize`Not deployed yet`;
    case 'valid':
      return $localize`Valid`;
  }
}

export function keyTypeTitle(keyType: KeyType): string {
  switch (keyType) {
    case 'ecdsa-p256':
      return $localize`ECDSA P-256`;
    case 'rsa-2048':
      return $localize`RSA 2048`;
    case 'rsa-4096':
      return $localize`RSA 4096`;
  }
}

/** How a server takes up new files, as something that a renewal does. */
export function reloadWords(reload: Reload | null): string {
  if (reload === null) return $localize`reloads nothing`;
  return 'service' in reload
    ? $localize`reloads ${reload.service}:SERVICE:`
    : $localize`runs ${reload.command}:COMMAND:`;
}
