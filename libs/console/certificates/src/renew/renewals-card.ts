import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { OperationBadge, OperationProgress, describeActor } from '@lockstep/console-operations';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import { isActive, type Operation } from '@lockstep/contract';

/** The last renewals of one certificate, newest first; the one that runs with its bar. */
@Component({
  selector: 'lockstep-renewals-card',
  imports: [OperationBadge, OperationProgress, RelativeTime, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="renewals-title">
      <div class="ls-card__head"><h2 id="renewals-title" i18n>Last renewals</h2></div>
      <ul>
        @for (operation of operations(); track operation.id) {
          <li>
            <lockstep-operation-badge [operation]="operation" [plain]="true" />
            <a class="ls-cut" [routerLink]="['/operations', operation.id]">{{
              operation.error ?? operation.message
            }}</a>
            <span class="ls-small ls-muted ls-cut who" i18n>by {{ describeActor(operation.actor) }}</span>
            <lockstep-relative-time class="ls-small ls-muted" [at]="operation.startedAt" />
            @if (isActive(operation.status)) {
              <lockstep-operation-progress [operation]="operation" />
            }
          </li>
        } @empty {
          <li class="ls-muted ls-small" i18n>None yet.</li>
        }
      </ul>
    </section>
  `,
  styles: `
    li {
      display: grid;
      grid-template-columns: 124px minmax(80px, 1fr) minmax(0, 120px) 84px;
      align-items: center;
      gap: 4px 12px;
      min-height: 40px;
      padding: 6px 16px;
    }
    li + li {
      border-top: 1px solid var(--ls-line);
    }
    a {
      color: var(--ls-ink);
      font-size: 13px;
      font-weight: 500;
    }
    lockstep-operation-progress {
      grid-column: 1 / -1;
    }
    @media (width < 560px) {
      li {
        grid-template-columns: 124px minmax(0, 1fr) auto;
      }
      .who {
        display: none;
      }
    }
  `,
})
export class RenewalsCard {
  readonly operations = input.required<readonly Operation[]>();
  protected readonly describeActor = describeActor;
  protected readonly isActive = isActive;
}
