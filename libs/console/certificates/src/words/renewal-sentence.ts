import { formatRelative } from '@lockstep/console-ui';
import type { Certificate } from '@lockstep/contract';
import { formatDate } from './format-date';

/** Why it was or was not renewed, in a sentence, from what is known of it. `now` in milliseconds since 1970. */
export function renewalSentence(certificate: Certificate, now: number): string {
  const { version, inUse, renewAt, autoRenew } = certificate;
  if (version === null) return $localize`Nothing was issued yet: its first renewal does that.`;
  if (inUse === null)
    return $localize`Version ${version.number}:NUMBER: was issued ${ago(version.issuedAt, now)}:AGO: and has arrived nowhere: the next renewal deploys it.`;
  if (Date.parse(inUse.notAfter) <= now) {
    return renewAt === null
      ? $localize`Not renewed before it expired.`
      : $localize`Not renewed before it expired, although it was due from ${formatDate(renewAt)}:DATE: on.`;
  }
  if (renewAt === null) return $localize`Issued ${ago(inUse.issuedAt, now)}:AGO:.`;
  const isDue = Date.parse(renewAt) <= now;
  if (isDue && autoRenew) return $localize`Due since ${formatDate(renewAt)}:DATE: and not renewed since.`;
  if (isDue)
    return $localize`Due since ${formatDate(renewAt)}:DATE:; automatic renewal is off, so somebody must renew it.`;
  return autoRenew
    ? $localize`Issued ${ago(inUse.issuedAt, now)}:AGO:; not due before ${formatDate(renewAt)}:DATE:.`
    : $localize`Issued ${ago(inUse.issuedAt, now)}:AGO:; to be renewed by hand from ${formatDate(renewAt)}:DATE: on.`;
}

/** What is not as it should be, besides time. Empty: nothing that is known. */
export function problemsOf(certificate: Certificate): readonly string[] {
  const { version, inUse, targets, domains, keyType } = certificate;
  const problems: string[] = [];
  if (targets.length === 0) problems.push($localize`It is deployed nowhere.`);
  if (version === null) return problems;
  const missing = domains.filter((name) => !version.names.includes(name));
  if (missing.length > 0)
    problems.push($localize`The newest version is not for ${missing.join(', ')}:NAMES:; the next renewal adds that.`);
  if (version.keyType !== keyType) problems.push($localize`The newest version has another key type.`);
  const behind = targets.filter(({ deployedVersion }) => deployedVersion !== version.number);
  if (behind.length > 0) {
    const hosts = [...new Set(behind.map(({ connectionName }) => connectionName))].join(', ');
    problems.push(
      inUse === null
        ? $localize`Version ${version.number}:NUMBER: has not arrived at ${hosts}:HOSTS:.`
        : $localize`Version ${version.number}:NUMBER: has not arrived at ${hosts}:HOSTS:; the days left are those of version ${inUse.number}:IN_USE:, which is in use.`,
    );
  }
  return problems;
}

const ago = (time: string, now: number): string => formatRelative(Date.parse(time), now);
