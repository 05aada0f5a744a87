import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { StatusBadge, type Tone } from '@lockstep/console-ui';
import type { FindingState, ReadinessFinding } from '@lockstep/contract';

interface Row extends ReadinessFinding {
  readonly tone: Tone;
  readonly word: string;
}

const order: readonly FindingState[] = ['blocks', 'warning', 'not_tried', 'ok'];

/** What a rehearsal found: what blocks a renewal first, then what one should know or nobody could try, then what is well. */
@Component({
  selector: 'lockstep-findings-list',
  imports: [StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ul>
      @for (row of rows(); track $index) {
        <li [attr.data-state]="row.state">
          <lockstep-status-badge [tone]="row.tone" [word]="row.word" [plain]="true" />
          <div class="words">
            <p class="tried ls-break">{{ row.tried }}</p>
            <p class="ls-small ls-secondary ls-break">{{ row.found }}</p>
            @if (row.hostWords) {
              <!-- Long words scroll, by the keyboard too. -->
              <pre class="ls-mono ls-break" tabindex="0" aria-label="The host’s own words" i18n-aria-label>{{
                row.hostWords
              }}</pre>
            }
            @if (row.advice) {
              <p class="ls-small ls-break">{{ row.advice }}</p>
            }
          </div>
        </li>
      }
    </ul>
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: 120px minmax(0, 1fr);
      gap: 4px 12px;
      padding: 8px 16px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    .words {
      display: flex;
      flex-direction: column;
      gap: 3px;
      padding-top: 2px;
    }
    .tried {
      font-size: 13px;
      font-weight: 550;
    }
    pre {
      max-height: 140px;
      margin: 2px 0;
      padding: 6px 10px;
      border: 1px solid var(--ls-line);
      border-radius: var(--ls-radius);
      overflow: auto;
      white-space: pre-wrap;
    }
    @media (width < 560px) {
      li {
        grid-template-columns: minmax(0, 1fr);
      }
    }
  `,
})
export class FindingsList {
  readonly findings = input.required<readonly ReadinessFinding[]>();
  protected readonly rows = computed((): readonly Row[] =>
    [...this.findings()]
      .sort((left, right) => order.indexOf(left.state) - order.indexOf(right.state))
      .map((finding) => ({ ...finding, ...looks[finding.state] })),
  );
}

const looks: Readonly<Record<FindingState, { readonly tone: Tone; readonly word: string }>> = {
  blocks: { tone: 'failed', word: $localize`Blocks` },
  warning: { tone: 'waiting', word: $localize`Good to know` },
  not_tried: { tone: 'unknown', word: $localize`Not tried` },
  ok: { tone: 'completed', word: $localize`Fine` },
};
