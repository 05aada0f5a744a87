import { ChangeDetectionStrategy, Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { takeUntilDestroyed, toObservable } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { Api, listFleetServices, listTags, previewRollingRestart, startRollingRestart } from '@lockstep/console-api';
import {
  CodeControl,
  Control,
  Field,
  ProblemNotice,
  Spinner,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import type { FleetService, RollingRestart, RollingRestartPreview } from '@lockstep/contract';
import { debounceTime } from 'rxjs';
import { inputOf, namesByHosts, wholeNumber, type RollingModel } from './rolling-restart-input';
import { RollingPreview } from './rolling-preview';
import type { RollingRestartWish } from './rolling-restarts';

/** How long one types before the preview is asked for, in milliseconds. */
const typingPause = 250;
/** Suggested names at a time. */
const mostSuggestions = 6;
/** Pages of services that are read for suggestions; a fleet with more has its common names among them. */
const mostPages = 4;

/** Makes up a rolling restart: which service, where, how many at once, when to stop. Shows what it would do. */
@Component({
  selector: 'lockstep-rolling-restart-dialog',
  imports: [
    CodeControl,
    Control,
    Field,
    MatButton,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    ProblemNotice,
    RollingPreview,
    Spinner,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './rolling-restart-dialog.html',
  styleUrl: './rolling-restart-dialog.scss',
})
export class RollingRestartDialog {
  private readonly api = inject(Api);
  private readonly dialog = inject<MatDialogRef<RollingRestartDialog, RollingRestart>>(MatDialogRef);
  private readonly wish = inject<RollingRestartWish>(MAT_DIALOG_DATA);
  /** Null: the hosts are those of a tag. */
  protected readonly connectionIds = 'connectionIds' in this.wish ? this.wish.connectionIds : null;

  protected readonly model = signal<RollingModel>({
    service: this.wish.service ?? '',
    tag: 'tag' in this.wish ? this.wish.tag : '',
    atOnce: '1',
    stopAfterFailures: '1',
  });
  protected readonly tags = signal<readonly { readonly tag: string; readonly count: number }[]>([]);
  protected readonly preview = signal<RollingRestartPreview | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly isLooking = signal(false);
  protected readonly isStarting = signal(false);
  private readonly seen = signal<readonly FleetService[]>([]);
  private readonly input = computed(() => inputOf(this.model(), this.connectionIds));

  protected readonly suggestions = computed(() => {
    const typed = this.model().service.trim().toLowerCase();
    return namesByHosts(this.seen())
      .filter(({ name }) => name.toLowerCase().includes(typed) && name !== this.model().service)
      .slice(0, mostSuggestions);
  });
  protected readonly isReady = computed(
    () => this.input() !== null && !this.isLooking() && (this.preview()?.targets.length ?? 0) > 0,
  );
  protected readonly errors = computed(() => ({
    atOnce: wholeNumber(this.model().atOnce, 50) === null ? $localize`A whole number from 1 to 50.` : undefined,
    stopAfterFailures:
      wholeNumber(this.model().stopAfterFailures, 500) === null ? $localize`A whole number from 1 to 500.` : undefined,
  }));

  constructor() {
    void this.loadTags();
    effect(() => {
      const tag = this.model().tag;
      untracked(() => void this.loadSeen(tag));
    });
    effect(() => {
      this.input();
      untracked(() => this.isLooking.set(this.input() !== null));
    });
    toObservable(this.input)
      .pipe(debounceTime(typingPause), takeUntilDestroyed())
      .subscribe(() => void this.look());
  }

  protected set(field: keyof RollingModel, value: string): void {
    this.model.update((model) => ({ ...model, [field]: value }));
  }

  protected async start(event: Event): Promise<void> {
    event.preventDefault();
    const body = this.input();
    if (body === null || !this.isReady() || this.isStarting()) return;
    this.isStarting.set(true);
    try {
      this.dialog.close(await this.api.invoke(startRollingRestart, { body, 'idempotency-key': crypto.randomUUID() }));
    } catch (error) {
      this.problem.set(readProblem(error));
      this.isStarting.set(false);
    }
  }

  private async look(): Promise<void> {
    const body = this.input();
    this.problem.set(null);
    if (body === null) return this.preview.set(null);
    try {
      const preview = await this.api.invoke(previewRollingRestart, { body });
      if (body === this.input()) this.preview.set(preview);
    } catch (error) {
      if (body !== this.input()) return;
      this.preview.set(null);
      this.problem.set(readProblem(error));
    } finally {
      if (body === this.input()) this.isLooking.set(false);
    }
  }

  private async loadTags(): Promise<void> {
    if (this.connectionIds !== null) return;
    const { items } = await this.api.invoke(listTags).catch(() => ({ items: [] }));
    this.tags.set(items);
  }

  /** What was seen on these hosts, for the names that are suggested. No host is asked. */
  private async loadSeen(tag: string): Promise<void> {
    const ids = this.connectionIds === null ? null : new Set(this.connectionIds);
    if (ids === null && tag === '') return this.seen.set([]);
    const found: FleetService[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < mostPages; page += 1) {
      const answer: Awaited<ReturnType<typeof this.page>> = await this.page(ids === null ? tag : null, cursor);
      if (tag !== this.model().tag) return;
      found.push(...(answer?.items ?? []));
      cursor = answer?.nextCursor ?? null;
      if (cursor === null) break;
    }
    this.seen.set(ids === null ? found : found.filter(({ connectionId }) => ids.has(connectionId)));
  }

  private async page(tag: string | null, cursor: string | null) {
    const query = { ...(tag === null ? {} : { tag }), ...(cursor === null ? {} : { cursor }), limit: 500 };
    return await this.api.invoke(listFleetServices, query).catch(() => null);
  }
}
