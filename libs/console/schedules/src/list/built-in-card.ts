import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { BuiltInSchedule } from '@lockstep/contract';
import { describeCron } from '../words/cron-words';

/** What Lockstep does on its own. It can be watched and not changed. */
@Component({
  selector: 'lockstep-built-in-card',
  imports: [RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="built-in-title">
      <div class="ls-card__head"><h2 id="built-in-title" i18n>What Lockstep does on its own</h2></div>
      <ul>
        @for (schedule of schedules(); track schedule.key) {
          <li>
            <div>
              <strong>{{ schedule.name }}</strong>
              <p class="ls-small ls-secondary">{{ schedule.description }}</p>
            </div>
            <p class="ls-small ls-dotted">
              <span>{{ when(schedule) }}</span>
              @if (schedule.nextRun; as at) {
                <span i18n>next <lockstep-relative-time [at]="at" /></span>
              }
              @if (schedule.lastRun; as last) {
                <span i18n>last <lockstep-relative-time [at]="last.at" />: {{ last.message }}</span>
              } @else {
                <span i18n>has not run yet</span>
              }
            </p>
          </li>
        }
      </ul>
    </section>
  `,
  styles: `
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      flex-direction: column;
      padding: 10px 16px;
      gap: 4px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
  `,
})
export class BuiltInCard {
  readonly schedules = input.required<readonly BuiltInSchedule[]>();

  protected when({ cron, timeZone }: BuiltInSchedule): string {
    return cron === null ? $localize`all the time` : `${describeCron(cron) ?? cron} · ${timeZone}`;
  }
}
