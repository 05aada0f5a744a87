import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { CurlMenu } from '../copy/curl-menu';
import { Icon } from '../icon/icon';

/**
 * The one pattern for the top of a page: where one is, its name, a line about it, what can be done, a menu of more, and how to
 * do it from a terminal. Where there is little room the actions come last, below what they are about.
 */
@Component({
  selector: 'lockstep-page-header',
  imports: [CurlMenu, Icon, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="parts">
      @if (backLink(); as link) {
        <a class="back" [routerLink]="link"><lockstep-icon name="left" [size]="14" />{{ backLabel() }}</a>
      }
      <div class="words">
        <h1 class="ls-break" tabindex="-1">{{ heading() }}</h1>
        <ng-content select="[beside]" />
      </div>
      <div class="about"><ng-content /></div>
      <div class="actions"><ng-content select="[actions]" /></div>
      <div class="tools">
        <ng-content select="[more]" />
        <!-- Fetched once the page stands: menus weigh more than a first page may. -->
        @defer {
          <lockstep-curl-menu />
        } @error {
          <!-- The server has gone; the page stands without. -->
        }
      </div>
    </div>
  `,
  styles: `
    /* The menu beside the page takes of its width: what counts is the room that is left. */
    :host {
      display: block;
      container-type: inline-size;
    }
    .parts {
      display: grid;
      grid-template: 'back back back' 'words actions tools' 'about about about' / minmax(0, 1fr) auto auto;
      align-items: center;
    }
    .back {
      display: inline-flex;
      grid-area: back;
      align-items: center;
      justify-self: start;
      gap: 2px;
      margin: 0 0 4px -3px;
      color: var(--ls-ink-3);
      font-size: 13px;
    }
    .words {
      display: flex;
      grid-area: words;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 12px;
      min-width: 0;
      min-height: 36px;
    }
    h1:focus {
      outline: none;
    }
    .actions {
      display: flex;
      grid-area: actions;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px;
      padding-left: 16px;
    }
    .actions:empty {
      display: none;
    }
    .tools {
      display: flex;
      grid-area: tools;
      align-items: center;
      align-self: start;
      gap: 4px;
      min-width: calc(var(--ls-control) + 8px);
      min-height: 36px;
      padding-left: 8px;
    }
    .about {
      grid-area: about;
      margin-top: 2px;
      color: var(--ls-ink-2);
      font-size: 13px;
    }
    @container (width < 720px) {
      .parts {
        grid-template: 'back back' 'words tools' 'about about' 'actions actions' / minmax(0, 1fr) auto;
      }
      .actions {
        margin-top: 10px;
        padding-left: 0;
      }
    }
  `,
})
export class PageHeader {
  readonly heading = input.required<string>();
  readonly backLink = input<string | readonly string[]>();
  readonly backLabel = input('');
}
