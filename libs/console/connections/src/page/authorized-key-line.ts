import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Api, getAuthorizedKey } from '@lockstep/console-api';
import { ProblemNotice, Spinner, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { CopyButton } from '@lockstep/console-ui/overlays';
import type { AuthorizedKey } from '@lockstep/contract';

/** The line of authorized_keys that a connection's key needs, read when it is opened. */
@Component({
  selector: 'lockstep-authorized-key-line',
  imports: [CopyButton, ProblemNotice, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <details (toggle)="load($any($event.target).open)">
      <summary i18n>Line for authorized_keys</summary>
      @if (key(); as key) {
        <div class="ls-code">
          <code class="ls-mono ls-break">{{ key.line }}</code>
          <lockstep-copy-button [text]="key.line" label="Copy the line" i18n-label />
        </div>
        <p class="ls-small ls-secondary">
          @if (key.forwards) {
            <ng-container i18n
              >It allows commands, SFTP, and forwarding to the hosts that are reached through this one; nothing
              else.</ng-container
            >
          } @else {
            <ng-container i18n>It allows commands and SFTP; no forwarding, no terminal.</ng-container>
          }
        </p>
      } @else if (problem(); as problem) {
        <lockstep-problem-notice [problem]="problem" />
      } @else if (isLoading()) {
        <p class="ls-row ls-muted" role="status"><lockstep-spinner /><ng-container i18n>Loading …</ng-container></p>
      }
    </details>
  `,
  styles: `
    summary {
      width: fit-content;
      cursor: pointer;
      color: var(--ls-accent);
    }
    .ls-code {
      margin: 6px 0 4px;
    }
  `,
})
export class AuthorizedKeyLine {
  private readonly api = inject(Api);
  readonly connectionId = input.required<number>();
  protected readonly key = signal<AuthorizedKey | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly isLoading = signal(false);

  protected async load(isOpen: boolean): Promise<void> {
    if (!isOpen) return;
    this.problem.set(null);
    this.isLoading.set(true);
    try {
      this.key.set(await this.api.invoke(getAuthorizedKey, { id: this.connectionId() }));
    } catch (error) {
      this.problem.set(readProblem(error));
    } finally {
      this.isLoading.set(false);
    }
  }
}
