import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Operation } from '@lockstep/contract';
import { describeFacts } from './fact-words';
import { describeRenewal } from './renewal-facts';

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
  protected readonly facts = computed(() => {
    const { type, metadata } = this.operation();
    return type === 'certificate_renewal' ? describeRenewal(metadata) : describeFacts(metadata);
  });
}
