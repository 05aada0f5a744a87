import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from '../icon/icon';

/** The one pattern for the top of a page: where one is, its name, a line about it, and what can be done. */
@Component({
  selector: 'lockstep-page-header',
  imports: [Icon, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (backLink(); as link) {
      <a class="back" [routerLink]="link"><lockstep-icon name="left" [size]="14" />{{ backLabel() }}</a>
    }
    <div class="line">
      <div class="words">
        <h1 class="ls-break" tabindex="-1">{{ heading() }}</h1>
        <ng-content select="[beside]" />
      </div>
      <div class="actions"><ng-content select="[actions]" /></div>
    </div>
    <div class="about"><ng-content /></div>
  `,
  styles: `
    :host {
      display: block;
    }
    .back {
      display: inline-flex;
      align-items: center;
      gap: 2px;
      margin: 0 0 4px -3px;
      color: var(--ls-ink-3);
      font-size: 13px;
    }
    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px 16px;
      min-height: 36px;
    }
    .words {
      display: flex;
      flex: 1 1 160px;
      flex-wrap: wrap;
      align-items: center;
      gap: 6px 12px;
      min-width: 0;
    }
    h1:focus {
      outline: none;
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px;
    }
    @media (width < 560px) {
      .words {
        flex-basis: 100%;
      }
    }
    .actions:empty {
      display: none;
    }
    .about {
      margin-top: 2px;
      color: var(--ls-ink-2);
      font-size: 13px;
    }
  `,
})
export class PageHeader {
  readonly heading = input.required<string>();
  readonly backLink = input<string | readonly string[]>();
  readonly backLabel = input('');
}
