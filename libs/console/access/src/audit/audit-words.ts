import { spacedName, type Tone } from '@lockstep/console-ui';
import type { AuditEntry } from '@lockstep/contract';

export interface AuditFact {
  readonly name: string;
  readonly value: string;
}

/** What an entry keeps besides who, what and when, in words. What is empty is left out. */
export function auditFacts({ detail, subject, hash }: AuditEntry): readonly AuditFact[] {
  const facts = Object.entries(detail).flatMap(([name, value]) => {
    const words = inWords(value);
    return words === '' ? [] : [{ name: spacedName(name), value: words }];
  });
  return [...facts, { name: $localize`Subject`, value: subject }, { name: $localize`Entry’s hash`, value: hash }];
}

const pages: Readonly<Record<string, string>> = {
  certificate: '/certificates',
  connection: '/connections',
  issuer: '/settings/issuers',
  operation: '/operations',
  rolling_restart: '/rolling-restarts',
  schedule: '/schedules',
};

/** The page of what it was done to; null where it has none. */
export function subjectLink({ subject }: AuditEntry): readonly string[] | null {
  const [kind = '', id = ''] = subject.split(':');
  if (kind === 'user') return ['/settings/users'];
  const page = pages[kind];
  return page === undefined || id === '' ? null : [page, id];
}

/** The facts on one line, without what the row says already. A yes or no says nothing without its name. */
export function auditSummary({ detail }: AuditEntry): string {
  return Object.values(detail)
    .filter((value) => typeof value !== 'boolean')
    .map(inWords)
    .filter((words) => words !== '')
    .join(' · ');
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? $localize`yes` : $localize`no`;
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, inner]) => `${spacedName(name)} ${inWords(inner)}`)
      .join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function auditResult(result: AuditEntry['result']): { readonly tone: Tone; readonly word: string } {
  switch (result) {
    case 'ok':
      return { tone: 'completed', word: $localize`Done` };
    case 'refused':
      return { tone: 'waiting', word: $localize`Refused` };
    case 'failed':
      return { tone: 'failed', word: $localize`Failed` };
  }
}

/** Who is not a person is told apart. */
export function actorKind({ actor }: AuditEntry): string {
  if (actor.kind === 'token') return $localize`API token`;
  return actor.kind === 'schedule' ? $localize`schedule` : '';
}
