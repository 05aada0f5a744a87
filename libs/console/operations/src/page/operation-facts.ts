import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Operation } from '@lockstep/contract';

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly isCode: boolean;
}

/** What was found on the way: versions, addresses, fingerprints. */
@Component({
  selector: 'lockstep-operation-facts',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (facts().length > 0) {
      <section class="ls-card" aria-labelledby="facts-title">
        <div class="ls-card__head"><h2 id="facts-title" i18n>Facts</h2></div>
        <dl class="ls-facts ls-card__body">
          @for (fact of facts(); track fact.name) {
            <dt>{{ fact.name }}</dt>
            <dd [class.ls-mono]="fact.isCode">{{ fact.value }}</dd>
          }
        </dl>
      </section>
    }
  `,
})
export class OperationFacts {
  readonly operation = input.required<Operation>();
  protected readonly facts = computed(() => Object.entries(this.operation().metadata).flatMap(([name, value]) => describeFact(name, value)));
}

/** Facts of facts are listed under both names; empty ones are left out. */
function describeFact(name: string, value: unknown, above = ''): readonly Fact[] {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) return value.length === 0 ? [] : [fact(above + name, value.map(inWords).join(', '))];
  if (typeof value === 'object') return Object.entries(value).flatMap(([inner, innerValue]) => describeFact(inner, innerValue, `${inWordsName(above + name)} · `));
  return [fact(above + name, inWords(value))];
}

const fact = (name: string, value: string): Fact => ({ name: inWordsName(name), value, isCode: /SHA256:|^[\d.:a-f]{7,}$|[/@]/.test(value) });

function inWords(value: unknown): string {
  if (typeof value === 'boolean') return value ? $localize`yes` : $localize`no`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `hostKeyFingerprint` → «Host key fingerprint», `connectMs` → «Connect ms». */
function inWordsName(name: string): string {
  const spaced = name.replaceAll(/([a-z\d])([A-Z])/g, (_match, before: string, after: string) => `${before} ${after.toLowerCase()}`).replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
