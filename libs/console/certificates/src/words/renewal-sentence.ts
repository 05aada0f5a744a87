import { formatRelative } from '@lockstep/console-ui';
import type { Certificate, RenewalBasis } from '@lockstep/contract';
import { formatDate, formatMoment } from './format-date';

/** Why it was or was not renewed, and when it will be, in a sentence or two. `now` in milliseconds since 1970. */
export function renewalSentence(certificate: Certificate, now: number): string {
  return isAwaiting(certificate)
    ? `${awaitedWords(certificate)} ${approvedWords(certificate, now)}`
    : `${failureBefore(certificate)} ${planSentence(certificate, now)}`.trim();
}

/** A renewal that runs may find the key approved. A host that one may not see is waited for too. */
const isAwaiting = ({ status, renewal: { reason, awaitedHostKey } }: Certificate): boolean =>
  reason !== 'running' && (awaitedHostKey !== null || status === 'awaits_approval');

const awaitedWords = ({ renewal: { awaitedHostKey } }: Certificate): string =>
  awaitedHostKey === null
    ? $localize`Waiting: the host key of another host is not approved yet.`
    : $localize`Waiting: the host key of ${awaitedHostKey.connectionName}:HOST: is not approved yet.`;

/** What comes once it is approved. */
function approvedWords(certificate: Certificate, now: number): string {
  switch (certificate.renewal.reason) {
    case 'failed':
    case 'due':
      return $localize`Once it is, the renewal is tried again by itself.`;
    case 'not_due':
      return waitWords(certificate);
    case 'not_begun':
      return $localize`Renew again once it is.`;
    default:
      return planSentence(certificate, now);
  }
}

function planSentence(certificate: Certificate, now: number): string {
  const { reason, nextAttemptAt } = certificate.renewal;
  const next = nextAttemptAt === null ? '' : formatMoment(nextAttemptAt, now);
  switch (reason) {
    case 'running':
      return $localize`It is being renewed now.`;
    case 'due':
      return $localize`Due since ${next}:TIME:; it is renewed as soon as its turn comes.`;
    case 'failed':
      return failedWords(certificate, next);
    case 'cancelled':
      return $localize`Its last renewal was cancelled; tried again by itself from ${next}:TIME: on.`;
    case 'not_due':
      return `${lastWords(certificate, now)} ${waitWords(certificate)}`;
    case 'off':
      return offWords(certificate, now);
    case 'by_hand':
      return byHandWords(certificate, now);
    case 'not_begun':
      return notBegunWords(certificate);
    case 'no_target':
      return $localize`Not renewed: there is nowhere to put it.`;
  }
}

/** Why the last one failed, where what is planned does not say so. */
function failureBefore({ renewal: { reason, lastAttempt } }: Certificate): string {
  const saysSo = reason === 'failed' || reason === 'not_due' || reason === 'not_begun';
  if (saysSo || lastAttempt?.status !== 'failed') return '';
  return $localize`Its last renewal failed: ${lastAttempt.error ?? ''}:WHY:`;
}

function failedWords({ renewal: { failures, lastAttempt } }: Certificate, next: string): string {
  const error = lastAttempt?.error ?? '';
  const again = $localize`again at ${next}:TIME:`;
  const times =
    failures === 1 ? $localize`Its renewal failed` : $localize`Its renewal failed ${failures}:COUNT: times in a row`;
  return error === '' ? `${times}; ${again}.` : `${times}; ${again}: ${error}`;
}

/** How it got what it has. */
function lastWords({ renewal: { lastAttempt }, inUse }: Certificate, now: number): string {
  if (lastAttempt === null)
    return inUse === null ? '' : $localize`Issued ${formatRelative(Date.parse(inUse.issuedAt), now)}:AGO:.`;
  const { status, createdBy, actorName, endedAt, error } = lastAttempt;
  const ago = formatRelative(Date.parse(endedAt), now);
  if (status !== 'completed') return $localize`A renewal before it was due came to nothing: ${error ?? status}:WHY:`;
  return createdBy === 'auto'
    ? $localize`Renewed by itself ${ago}:AGO:.`
    : $localize`Renewed by ${actorName}:WHO: ${ago}:AGO:.`;
}

function waitWords({ renewal: { dueAt, dueBasis, nextAttemptAt } }: Certificate): string {
  const date = formatDate(nextAttemptAt ?? dueAt ?? '');
  return dueBasis === null || dueAt !== nextAttemptAt
    ? $localize`Waits until ${date}:DATE:.`
    : $localize`Waits until ${date}:DATE:: ${basisWords(dueBasis)}:WHY:.`;
}

function basisWords(basis: RenewalBasis): string {
  switch (basis) {
    case 'third':
      return $localize`a third of its lifetime is left then`;
    case 'half':
      return $localize`half of its short lifetime is left then`;
    case 'twentieth':
      return $localize`a twentieth of its lifetime is left then`;
    case 'issuer':
      return $localize`its issuer asked for that moment`;
  }
}

function offWords({ renewal: { dueAt } }: Certificate, now: number): string {
  if (dueAt === null) return $localize`Automatic renewal is off: somebody must renew it.`;
  return Date.parse(dueAt) <= now
    ? $localize`Due since ${formatDate(dueAt)}:DATE:; automatic renewal is off, so somebody must renew it.`
    : $localize`Automatic renewal is off: to be renewed by hand from ${formatDate(dueAt)}:DATE: on.`;
}

function byHandWords({ renewal: { dueAt } }: Certificate, now: number): string {
  if (dueAt === null) return $localize`Waits for the signed certificate: its issuer signs by hand.`;
  return Date.parse(dueAt) <= now
    ? $localize`Due since ${formatDate(dueAt)}:DATE:; waits for the signed certificate, because its issuer signs by hand.`
    : $localize`Its issuer signs by hand; due from ${formatDate(dueAt)}:DATE: on.`;
}

function notBegunWords({ renewal: { lastAttempt }, version }: Certificate): string {
  if (lastAttempt?.error) return $localize`Its first renewal failed: ${lastAttempt.error}:WHY:`;
  return version === null
    ? $localize`Nothing was issued yet: its first renewal does that, and later ones begin by themselves.`
    : $localize`It was never deployed: its first renewal does that, and later ones begin by themselves.`;
}

/** What is not as it should be, besides time. Empty: nothing that is known. */
export function problemsOf(certificate: Certificate): readonly string[] {
  const { version, inUse, targets, domains, keyType } = certificate;
  const problems: string[] = [];
  if (targets.length === 0) problems.push($localize`It is deployed nowhere.`);
  problems.push(...servedProblems(certificate));
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

/** What the last check saw at its endpoints, where that is not what was deployed or not as clients take it. */
function servedProblems({ served }: Certificate): readonly string[] {
  return served.flatMap(({ state, host, port, serverName, detail, problems }) => {
    const where = `${host}:${String(port)} (${serverName})`;
    if (state === 'unreachable') return [$localize`${where}:ENDPOINT: shows none: ${detail ?? ''}:WHY:`];
    const other = $localize`${where}:ENDPOINT: shows another certificate than the one deployed there.`;
    return [...(state === 'other' ? [other] : []), ...problems.map(({ message }) => `${where}: ${message}`)];
  });
}
