import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { OperationsStore, describeStatus } from '@lockstep/console-operations';
import { Icon, StatusBadge } from '@lockstep/console-ui';
import type { ScheduleRunTarget } from '@lockstep/contract';

/** What a run did on each host or certificate, live, with links to the operations. */
@Component({
  selector: 'lockstep-run-targets',
  imports: [Icon, RouterLink, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ul class="ls-card">
      @for (target of shown(); track $index) {
        <li>
          <span class="who">
            @if (target.certificateName) {
              <a [routerLink]="['/certificates', target.certificateId]">{{ target.certificateName }}</a>
            }
            @if (target.connectionName) {
              <a class="ls-secondary" [routerLink]="['/connections', target.connectionId]">{{
                target.connectionName
              }}</a>
            }
            @if (!target.certificateName && !target.connectionName) {
              <span class="ls-secondary">{{ unnamed(target) }}</span>
            }
          </span>
          @if (target.result === 'skipped') {
            <span class="why"
              ><lockstep-icon name="skipped" [size]="14" /><span
                ><ng-container i18n>Left out.</ng-container> {{ target.reason }}</span
              ></span
            >
          } @else {
            <span class="state">
              @if (target.words; as words) {
                <lockstep-status-badge [tone]="words.tone" [word]="words.word" [icon]="words.icon" [plain]="true" />
              } @else {
                <span class="ls-muted">{{ target.reason ?? waiting }}</span>
              }
              @if (target.result === 'joined') {
                <span class="ls-muted ls-small" i18n>was running already</span>
              }
            </span>
            @if (target.operationId; as id) {
              <a class="open" [routerLink]="['/operations', id]" i18n>Operation</a>
            }
          }
        </li>
      }
    </ul>
  `,
  styles: `
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: grid;
      grid-template-columns: minmax(140px, 1fr) minmax(0, 2fr) 72px;
      align-items: center;
      font-size: 13px;
      min-height: 42px;
      padding: 6px 16px;
      gap: 4px 16px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    .who {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 10px;
    }
    .state {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 2px 10px;
    }
    .why {
      display: flex;
      grid-column: 2 / -1;
      gap: 5px;
      color: var(--ls-waiting);
    }
    .why lockstep-icon {
      flex: none;
      margin-top: 2px;
    }
    .open {
      justify-self: end;
    }
    @media (width < 720px) {
      li {
        grid-template-columns: minmax(0, 1fr) auto;
      }
      .why,
      .state {
        grid-row: 2;
        grid-column: 1 / -1;
      }
    }
  `,
})
export class RunTargets {
  private readonly store = inject(OperationsStore);
  readonly targets = input.required<readonly ScheduleRunTarget[]>();
  protected readonly waiting = $localize`its turn has not come`;
  /** As the operations are now: what the store knows is newer than what was fetched. */
  protected readonly shown = computed(() => {
    const live = this.store.operations();
    return this.targets().map((target) => {
      const status = live.get(target.operationId ?? '')?.status ?? target.operationStatus;
      return { ...target, words: status === null ? null : describeStatus(status) };
    });
  });

  protected unnamed({ connectionId, certificateId }: ScheduleRunTarget): string {
    if (certificateId !== null) return $localize`Certificate ${certificateId}:ID:`;
    return connectionId === null ? $localize`The whole run` : $localize`Connection ${connectionId}:ID:`;
  }
}
