import { Clipboard } from '@angular/cdk/clipboard';
import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { MatTooltip } from '@angular/material/tooltip';
import { Icon } from '../icon/icon';
import { Toasts } from '../toast/toasts';
import { CurlRecorder, type RecordedRequest } from './curl-recorder';
import { toCurl } from './to-curl';

/** What this page just asked of the API; each request can be copied as a command. */
@Component({
  selector: 'lockstep-curl-menu',
  imports: [Icon, MatIconButton, MatMenu, MatMenuItem, MatMenuTrigger, MatTooltip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (recorder.requests().length > 0) {
      <button
        matIconButton
        type="button"
        [matMenuTriggerFor]="menu"
        aria-label="Copy as curl"
        i18n-aria-label
        matTooltip="Copy as curl"
        i18n-matTooltip
      >
        <lockstep-icon name="code" />
      </button>
    }
    <mat-menu #menu="matMenu" xPosition="before">
      <p class="ls-small ls-muted" i18n>This page just asked the API. Copy as curl:</p>
      @for (request of recorder.requests(); track $index) {
        <button mat-menu-item type="button" (click)="copy(request)">
          <code
            ><strong>{{ request.method }}</strong> {{ request.path }}</code
          >
        </button>
      }
    </mat-menu>
  `,
  styles: `
    p {
      padding: 6px 16px 4px;
    }
    code {
      overflow-wrap: anywhere;
    }
    strong {
      font-weight: 600;
    }
  `,
})
export class CurlMenu {
  private readonly clipboard = inject(Clipboard);
  private readonly document = inject(DOCUMENT);
  private readonly toasts = inject(Toasts);
  protected readonly recorder = inject(CurlRecorder);

  protected copy(request: RecordedRequest): void {
    this.clipboard.copy(toCurl(request, this.document.location.origin));
    this.toasts.show($localize`Copied. The command expects an API token in LOCKSTEP_TOKEN.`);
  }
}
