import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { ServiceDetail } from '@lockstep/contract';
import { describeService } from '../words/service-words';

/** Names that are shown before «and … more». */
const mostNames = 8;

/** What a person wants to know before a restart: state, what stops with it, what is tested first, whether the login may. */
@Component({
  selector: 'lockstep-restart-facts',
  imports: [RelativeTime, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dl class="ls-facts">
      <dt i18n>Now</dt>
      <dd class="ls-row">
        <lockstep-status-badge [tone]="state().tone" [word]="state().word" [icon]="state().icon" [plain]="true" />
        @if (detail().since; as since) {
          <lockstep-relative-time class="ls-small ls-muted" [at]="since" />
        }
      </dd>
      <dt i18n>Stops with it</dt>
      <dd>
        @for (name of shown(); track name) {
          <code class="name ls-mono">{{ name }}</code>
        } @empty {
          <ng-container i18n>Nothing else on this host.</ng-container>
        }
        @if (more() > 0) {
          <span class="ls-muted" i18n>and {{ more() }} more</span>
        }
      </dd>
      <dt i18n>Tested before</dt>
      <dd>
        @if (detail().configurationTest; as test) {
          <code class="ls-mono">{{ test }}</code>
          <span class="ls-small ls-secondary block" i18n>Should it fail, nothing is restarted.</span>
        } @else {
          <ng-container i18n>Nothing: no configuration test is known for it.</ng-container>
        }
      </dd>
      <dt i18n>This login</dt>
      <dd>
        @switch (detail().mayRestart) {
          @case (true) {
            <lockstep-status-badge tone="completed" word="May restart it" i18n-word [plain]="true" />
          }
          @case (false) {
            <lockstep-status-badge tone="failed" word="May not restart it" i18n-word [plain]="true" />
          }
          @default {
            <lockstep-status-badge tone="unknown" word="Not known" i18n-word [plain]="true" />
            <span class="ls-small ls-secondary block" i18n>The host would not say; the restart itself shows it.</span>
          }
        }
      </dd>
    </dl>
  `,
  styles: `
    .name:not(:last-child)::after {
      color: var(--ls-ink-3);
      content: ', ';
    }
    .block {
      display: block;
    }
    lockstep-status-badge {
      vertical-align: top;
    }
  `,
})
export class RestartFacts {
  readonly detail = input.required<ServiceDetail>();
  protected readonly state = computed(() => describeService(this.detail().state));
  protected readonly shown = computed(() => this.detail().dependents.slice(0, mostNames));
  protected readonly more = computed(() => this.detail().dependents.length - this.shown().length);
}
