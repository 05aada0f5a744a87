import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Api, previewSchedule } from '@lockstep/console-api';
import { Icon, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { SchedulePreview } from '@lockstep/contract';
import { Subject, switchMap, timer } from 'rxjs';
import { describeCron } from '../words/cron-words';
import { formatInZone } from '../words/schedule-words';

/** How long one types before the server is asked, in milliseconds. */
const typingPause = 200;

/** When a cron expression runs next, live while it is typed, with a word about the days on which the clocks change. */
@Component({
  selector: 'lockstep-next-runs',
  imports: [Icon, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div role="status">
      @if (preview(); as preview) {
        <p class="words">{{ words() }}</p>
        <ol>
          @for (run of preview.runs; track run) {
            <li>
              <span class="ls-number">{{ formatInZone(run, shownZone()) }}</span>
              <lockstep-relative-time class="ls-muted" [at]="run" />
            </li>
          } @empty {
            <li i18n>It names a day that never comes.</li>
          }
        </ol>
        @if (remark(); as remark) {
          <p class="ls-notice ls-small"><lockstep-icon name="info" [size]="15" />{{ remark }}</p>
        }
      } @else {
        <p class="ls-muted ls-small" i18n>The next runs appear here.</p>
      }
    </div>
  `,
  styles: `
    .words {
      margin-bottom: 6px;
      font-weight: 550;
    }
    .words::first-letter {
      text-transform: uppercase;
    }
    ol {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      padding: 3px 0;
      gap: 2px 12px;
      font-size: 13px;
    }
    .ls-notice {
      margin-top: 8px;
    }
  `,
})
export class NextRuns {
  private readonly api = inject(Api);
  readonly cron = input.required<string>();
  readonly timeZone = input.required<string>();
  /** What is wrong with them, or null. */
  readonly judged = output<ReadableProblem | null>();

  protected readonly formatInZone = formatInZone;
  protected readonly preview = signal<SchedulePreview | null>(null);
  /** What the preview was made for. */
  private readonly shown = signal({ cron: '', timeZone: 'UTC' });
  protected readonly shownZone = computed(() => this.shown().timeZone);
  protected readonly words = computed(() => describeCron(this.shown().cron) ?? $localize`The next runs`);
  protected readonly remark = computed(() => {
    const change = this.preview()?.clockChange;
    if (!change) return '';
    const at = formatInZone(change.runAt, this.shownZone());
    return change.kind === 'skipped_hour'
      ? $localize`When the clocks go forward its time does not exist: it then runs once, right after the change (${at}:TIME:).`
      : $localize`When the clocks go back its time comes twice: it then runs once, the first time (${at}:TIME:).`;
  });

  constructor() {
    const typed = new Subject<Wanted>();
    effect(() => {
      const wanted = { cron: this.cron().trim(), timeZone: this.timeZone() };
      untracked(() => typed.next(wanted));
    });
    // An answer that comes after another key was pressed is dropped, and so is one that comes after the page was left.
    typed
      .pipe(
        switchMap((wanted) => timer(typingPause).pipe(switchMap(() => this.ask(wanted)))),
        takeUntilDestroyed(),
      )
      .subscribe(({ wanted, preview, problem }) => {
        if (preview !== null) this.shown.set(wanted);
        this.preview.set(preview);
        this.judged.emit(problem);
      });
  }

  private async ask(wanted: Wanted): Promise<Judgement> {
    try {
      return { wanted, preview: await this.api.invoke(previewSchedule, wanted), problem: null };
    } catch (error) {
      return { wanted, preview: null, problem: readProblem(error) };
    }
  }
}

interface Wanted {
  readonly cron: string;
  readonly timeZone: string;
}

interface Judgement {
  readonly wanted: Wanted;
  readonly preview: SchedulePreview | null;
  readonly problem: ReadableProblem | null;
}
