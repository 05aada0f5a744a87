import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Operation, ReadinessFinding } from '@lockstep/contract';
import { isOfCertificate } from '../words/operation-words';
import { describeFacts } from './fact-words';
import { FindingsList } from './findings-list';
import { describeRenewal } from './renewal-facts';

/** What was found on the way: versions, addresses, fingerprints. */
@Component({
  selector: 'lockstep-operation-facts',
  imports: [FindingsList],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (findings().length > 0) {
      <section class="ls-card" aria-labelledby="findings-title">
        <div class="ls-card__head"><h2 id="findings-title" i18n>Would a renewal get through?</h2></div>
        <lockstep-findings-list [findings]="findings()" />
      </section>
    }
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
  protected readonly findings = computed(() => {
    const { type, metadata } = this.operation();
    const { findings } = metadata;
    return type === 'certificate_rehearsal' && Array.isArray(findings) ? (findings as readonly ReadinessFinding[]) : [];
  });
  protected readonly facts = computed(() => {
    const { type, metadata } = this.operation();
    if (type === 'certificate_rehearsal') return [];
    return isOfCertificate(type) ? describeRenewal(metadata) : describeFacts(metadata);
  });
}
