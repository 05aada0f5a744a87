import { ChangeDetectionStrategy, Component, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { Api, getCertificateReadiness } from '@lockstep/console-api';
import { FindingsList, OperationsStore } from '@lockstep/console-operations';
import { OneRead, ProblemNotice, StatusBadge, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { HostReadiness, Readiness, ReadinessFinding } from '@lockstep/contract';
import { filter, merge } from 'rxjs';

/** What the last rehearsal found on each host, and how long ago that was. Where all is fine, that is said in a line. */
@Component({
  selector: 'lockstep-readiness-card',
  imports: [FindingsList, ProblemNotice, RelativeTime, RouterLink, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="readiness-title">
      <div class="ls-card__head">
        <h2 id="readiness-title" i18n>Would a renewal get through?</h2>
      </div>
      @if (problem(); as problem) {
        <lockstep-problem-notice [problem]="problem" />
      }
      @for (host of readiness()?.hosts; track host.connectionId) {
        <div class="host">
          @if (host.ready) {
            <lockstep-status-badge tone="completed" word="Ready" i18n-word [plain]="true" />
          } @else {
            <lockstep-status-badge tone="failed" word="Not ready" i18n-word [plain]="true" />
          }
          <a class="ls-cut" [routerLink]="['/operations', host.operationId]">{{ host.connectionName }}</a>
          <span class="ls-small ls-muted" i18n
            >{{ fineOf(host) }} of {{ host.findings.length }} fine, checked
            <lockstep-relative-time [at]="host.checkedAt"
          /></span>
        </div>
        @if (troublesOf(host).length > 0) {
          <lockstep-findings-list [findings]="troublesOf(host)" />
        }
      } @empty {
        <p class="ls-card__body ls-small ls-muted" i18n>
          Nobody has checked yet. A check tries the login, rights, paths, space, the configuration test, the endpoints,
          the issuer and the proof of the names. What it shows for that it takes back; nothing is changed.
        </p>
      }
    </section>
  `,
  styles: `
    .host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
      padding: 10px 16px;
    }
    .host a {
      color: var(--ls-ink);
      font-size: 13px;
      font-weight: 550;
    }
    lockstep-findings-list {
      display: block;
      border-top: 1px solid var(--ls-line);
    }
    lockstep-findings-list + .host,
    .host + .host {
      border-top: 1px solid var(--ls-line);
    }
  `,
})
export class ReadinessCard {
  private readonly api = inject(Api);
  readonly certificateId = input.required<number>();
  protected readonly readiness = signal<Readiness | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  private readonly reading = new OneRead(() => this.read());

  constructor() {
    effect(() => {
      this.certificateId();
      untracked(() => void this.reading.again());
    });
    const store = inject(OperationsStore);
    const rehearsed = store.ended.pipe(
      filter(({ type, target }) => type === 'certificate_rehearsal' && Number(target) === this.certificateId()),
    );
    merge(rehearsed, store.resumed)
      .pipe(takeUntilDestroyed())
      .subscribe(() => void this.reading.again());
  }

  protected troublesOf({ findings }: HostReadiness): readonly ReadinessFinding[] {
    return findings.filter(({ state }) => state !== 'ok');
  }

  protected fineOf({ findings }: HostReadiness): number {
    return findings.filter(({ state }) => state === 'ok').length;
  }

  private async read(): Promise<void> {
    const id = this.certificateId();
    try {
      const readiness = await this.api.invoke(getCertificateReadiness, { id });
      if (id !== this.certificateId()) return;
      this.readiness.set(readiness);
      this.problem.set(null);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
