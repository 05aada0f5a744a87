import { type RenewalInformation, pickMoment } from '@lockstep/server-acme';

const tenDaysMs = 864_000_000;

interface Lifetime {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Renewal information as it is kept: times in ISO 8601. */
export interface StoredInformation {
  readonly start: string;
  readonly end: string;
  readonly askAgainAt: string;
  readonly explanationUrl?: string;
}

/**
 * When renewal begins: when a third of the lifetime is left, and half of it where that is under ten days, so that a few
 * failed attempts do no harm.
 */
export function renewalBegins(notBefore: Date, notAfter: Date): Date {
  const lifetime = notAfter.getTime() - notBefore.getTime();
  return new Date(notAfter.getTime() - lifetime / (lifetime < tenDaysMs ? 2 : 3));
}

/** A moment of the window that the CA suggests (RFC 9773 §4.2), to be chosen once and kept; without one, by the lifetime. */
export const renewalMoment = ({ notBefore, notAfter }: Lifetime, information: RenewalInformation | null): Date =>
  information === null ? renewalBegins(notBefore, notAfter) : pickMoment(information);

export const toStoredInformation = ({
  start,
  end,
  askAgainAt,
  explanationUrl,
}: RenewalInformation): StoredInformation => ({
  start: start.toISOString(),
  end: end.toISOString(),
  askAgainAt: askAgainAt.toISOString(),
  ...(explanationUrl !== undefined && { explanationUrl }),
});
