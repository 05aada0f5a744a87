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

/** The same on one line, without what the row says already. */
export function auditSummary({ detail }: AuditEntry): string {
  return Object.values(detail)
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

export function auditResult({ result }: AuditEntry): { readonly tone: Tone; readonly word: string } {
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
