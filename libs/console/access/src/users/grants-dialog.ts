import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { Api, listConnections, listTags, setGrants } from '@lockstep/console-api';
import { ProblemNotice, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Connection, User } from '@lockstep/contract';
import { Subject, debounceTime, startWith, switchMap } from 'rxjs';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';

/** What a user may see: whole tags, and single connections besides. */
@Component({
  selector: 'lockstep-grants-dialog',
  imports: [MatButton, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './grants-dialog.html',
  styleUrl: './grants-dialog.scss',
})
export class GrantsDialog {
  private readonly api = inject(Api);
  private readonly dialog = inject(MatDialogRef);
  protected readonly user = inject<User>(MAT_DIALOG_DATA);
  protected readonly tags = signal<ReadonlySet<string>>(new Set(this.user.grants.tags));
  protected readonly connectionIds = signal<ReadonlySet<number>>(new Set(this.user.grants.connectionIds));
  protected readonly found = signal<readonly Connection[]>([]);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly isSaving = signal(false);
  private readonly known = signal<readonly string[]>([]);
  /** Tags in use, and those granted that no connection bears at present. */
  protected readonly choices = computed(() => [...new Set([...this.known(), ...this.user.grants.tags])].sort());
  private readonly typed = new Subject<string>();

  constructor() {
    void this.loadTags();
    this.typed
      .pipe(
        debounceTime(200),
        startWith(''),
        switchMap((text) => this.find(text.trim())),
        takeUntilDestroyed(),
      )
      .subscribe((connections) => this.found.set(connections));
  }

  protected type(text: string): void {
    this.typed.next(text);
  }

  protected toggleTag(tag: string): void {
    this.tags.update((tags) => toggled(tags, tag));
  }

  protected toggleConnection(id: number): void {
    this.connectionIds.update((ids) => toggled(ids, id));
  }

  protected async save(): Promise<void> {
    this.isSaving.set(true);
    try {
      await this.api.invoke(setGrants, {
        id: this.user.id,
        body: { tags: [...this.tags()], connectionIds: [...this.connectionIds()] },
      });
      this.dialog.close(true);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
    this.isSaving.set(false);
  }

  private async loadTags(): Promise<void> {
    const { items } = await this.api.invoke(listTags).catch(() => ({ items: [] }));
    this.known.set(items.map(({ tag }) => tag));
  }

  private async find(search: string): Promise<readonly Connection[]> {
    try {
      const which = { limit: 50, ...(search === '' ? {} : { search }) };
      return (await this.api.invoke(listConnections, which)).items;
    } catch (error) {
      this.problem.set(readProblem(error));
      return this.found();
    }
  }
}

function toggled<Value>(values: ReadonlySet<Value>, value: Value): ReadonlySet<Value> {
  const next = new Set(values);
  if (!next.delete(value)) next.add(value);
  return next;
}
