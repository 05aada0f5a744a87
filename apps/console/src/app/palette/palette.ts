import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterNextRender,
  computed,
  inject,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import { Icon } from '@lockstep/console-ui';
import { Subject, debounceTime, switchMap } from 'rxjs';
import { PaletteEntries, type Entry, type Found } from './palette-entries';
import type { TypeAhead } from './type-ahead';

/** Finds hosts, certificates, issuers, operations and actions by a few letters. */
@Component({
  selector: 'lockstep-palette',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './palette.html',
  styleUrl: './palette.scss',
})
export class Palette {
  private readonly known = inject(PaletteEntries);
  private readonly dialog = inject(MatDialogRef);
  private readonly input = viewChild.required<ElementRef<HTMLElement>>('input');
  private readonly list = viewChild<ElementRef<HTMLElement>>('list');
  private readonly typed = new Subject<string>();
  private readonly found = signal<Found>({ hosts: [], certificates: [], issuers: [] });

  protected readonly query = signal('');
  protected readonly entries = computed(() => {
    const query = this.query().trim().toLowerCase();
    const fits = ({ title, detail }: Entry) => `${title} ${detail}`.toLowerCase().includes(query);
    // What was found for what was typed before stands there until the new answer comes: Enter must not open any of it.
    return [...this.known.ofFound(this.found(), query), ...this.known.local()].filter(fits).slice(0, 30);
  });
  protected readonly active = linkedSignal({ source: this.entries, computation: () => 0 });

  constructor() {
    this.typed
      .pipe(
        debounceTime(120),
        switchMap((text) => this.known.find(text)),
        takeUntilDestroyed(),
      )
      .subscribe((found) => this.found.set(found));
    const ahead = inject<TypeAhead>(MAT_DIALOG_DATA);
    afterNextRender(() => {
      this.input().nativeElement.focus();
      this.type(ahead.stop());
    });
  }

  protected type(text: string): void {
    this.query.set(text);
    this.typed.next(text.trim());
  }

  protected choose(entry: Entry | undefined): void {
    if (entry === undefined) return;
    this.dialog.close();
    entry.run();
  }

  protected onKey(event: KeyboardEvent): void {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter') this.choose(this.entries()[this.active()]);
    else if (by === 0) return;
    event.preventDefault();
    const count = this.entries().length;
    if (count > 0) this.active.update((index) => (index + by + count) % count);
    this.list()?.nativeElement.querySelector(`#palette-${this.active()}`)?.scrollIntoView({ block: 'nearest' });
  }
}
