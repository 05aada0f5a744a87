const tenDaysMs = 864_000_000;

/**
 * When renewal begins: when a third of the lifetime is left, and half of it where that is under ten days, so that a few
 * failed attempts do no harm.
 */
export function renewalBegins(notBefore: Date, notAfter: Date): Date {
  const lifetime = notAfter.getTime() - notBefore.getTime();
  return new Date(notAfter.getTime() - lifetime / (lifetime < tenDaysMs ? 2 : 3));
}
