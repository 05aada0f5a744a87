import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { EmptyState } from '../empty-state/empty-state';
import { PageHeader } from '../page-header/page-header';
import type { ReadableProblem } from '../problem/read-problem';
import { Spinner } from '../spinner/spinner';

/** What a page about one thing shows while it has not got it: that it is on its way, or why it did not come. */
@Component({
  selector: 'lockstep-unloaded-page',
  imports: [EmptyState, MatButton, PageHeader, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (problem(); as problem) {
      <lockstep-page-header [heading]="heading()" [backLink]="backLink()" [backLabel]="backLabel()" />
      <div class="ls-card">
        <lockstep-empty-state icon="warning" [heading]="problem.title">
          {{ problem.advice }}
          <button next matButton="outlined" type="button" (click)="retry.emit()" i18n>Try again</button>
        </lockstep-empty-state>
      </div>
    } @else {
      <p class="ls-row ls-muted" role="status"><lockstep-spinner />{{ loading() }}</p>
    }
  `,
  styles: ':host { display: contents; }',
})
export class UnloadedPage {
  /** What the page is about, as long as its name is not known. */
  readonly heading = input.required<string>();
  readonly backLink = input.required<string>();
  readonly backLabel = input.required<string>();
  /** The sentence beside the spinner. */
  readonly loading = input.required<string>();
  /** Null while it is on its way. */
  readonly problem = input.required<ReadableProblem | null>();
  readonly retry = output();
}
