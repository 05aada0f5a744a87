import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Schedule } from '@lockstep/contract';
import { describeCron } from '../words/cron-words';

/** What a schedule is made of, with links to where it acts. */
@Component({
  selector: 'lockstep-schedule-facts',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="facts-title">
      <div class="ls-card__head"><h2 id="facts-title" i18n>What it does</h2></div>
      <dl class="ls-facts ls-card__body">
        <dt i18n>When</dt>
        <dd>
          @if (words(); as words) {
            {{ words }} ·
          }
          <span class="ls-mono">{{ schedule().cron }}</span> · {{ schedule().timeZone }}
        </dd>
        <dt i18n>Where</dt>
        <dd>
          @if (schedule().tag; as tag) {
            <a class="ls-tag" routerLink="/connections" [queryParams]="{ tag }">{{ tag }}</a>
          }
          @for (target of schedule().targets; track target.id) {
            @if (target.name) {
              <a [routerLink]="[path(), target.id]">{{ target.name }}</a>{{ $last ? '' : ', ' }}
            } @else {
              <span class="ls-muted" i18n>#{{ target.id }} (removed)</span>{{ $last ? '' : ', ' }}
            }
          }
        </dd>
        @if (schedule().type === 'service_restart') {
          <dt i18n>How</dt>
          <dd i18n>
            {{ schedule().atOnce }} at once; it ends after {{ schedule().stopAfterFailures }} that did not complete
          </dd>
        }
        @if (schedule().type === 'certificate_renewal') {
          <dt i18n>Which</dt>
          @if (schedule().onlyDue) {
            <dd i18n>only certificates that are due</dd>
          } @else {
            <dd i18n>all, due or not</dd>
          }
        }
        <dt i18n>With the rights of</dt>
        <dd>{{ schedule().owner.name }}</dd>
      </dl>
    </section>
  `,
  styles: `
    .ls-mono {
      white-space: nowrap;
    }
  `,
})
export class ScheduleFacts {
  readonly schedule = input.required<Schedule>();
  protected readonly words = computed(() => describeCron(this.schedule().cron));
  protected readonly path = computed(() =>
    this.schedule().certificateIds === null ? '/connections' : '/certificates',
  );
}
