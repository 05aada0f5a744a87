import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Icon } from '@lockstep/console-ui';
import type { RollingRestartPreview } from '@lockstep/contract';

/** Names that are shown before «and … more». */
const mostNames = 12;

/** Which hosts a rolling restart would take, and which it would skip and why. */
@Component({
  selector: 'lockstep-rolling-preview',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section>
      <h3 class="ls-number" i18n>
        {preview().targets.length, plural,
          =0 {No host would be restarted}
          =1 {1 host, in this order}
          other {{{ preview().targets.length }} hosts, in this order}
        }
      </h3>
      <p class="names">
        @for (target of shown(); track target.connectionId) {
          <span class="ls-tag">{{ target.connectionName }}</span>
        }
        @if (more() > 0) {
          <span class="ls-small ls-muted" i18n>and {{ more() }} more</span>
        }
      </p>
    </section>
    @if (preview().skipped.length > 0) {
      <section class="skipped">
        <h3 class="ls-number" i18n>
          {preview().skipped.length, plural, other {{{ preview().skipped.length }} skipped}}
        </h3>
        <ul>
          @for (skip of preview().skipped; track skip.connectionId) {
            <li class="ls-small">
              <lockstep-icon name="skipped" [size]="14" />
              <strong class="ls-cut">{{ skip.connectionName ?? '#' + skip.connectionId }}</strong>
              <span class="ls-secondary">{{ skip.reason }}</span>
            </li>
          }
        </ul>
      </section>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 12px;
      padding: 12px 14px;
      border: 1px solid var(--ls-line);
      border-radius: var(--ls-radius);
      background: var(--ls-sunken);
    }
    .names {
      display: flex;
      flex-wrap: wrap;
      gap: 4px;
      margin-top: 6px;
    }
    ul {
      max-height: 140px;
      margin-top: 4px;
      overflow: auto;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 8px;
      padding: 3px 0;
    }
    li lockstep-icon {
      color: var(--ls-ink-3);
    }
    strong {
      font-weight: 550;
    }
  `,
})
export class RollingPreview {
  readonly preview = input.required<RollingRestartPreview>();
  protected readonly shown = computed(() => this.preview().targets.slice(0, mostNames));
  protected readonly more = computed(() => this.preview().targets.length - this.shown().length);
}
