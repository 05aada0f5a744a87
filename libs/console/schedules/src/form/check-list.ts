import { ChangeDetectionStrategy, Component, computed, input, model, signal } from '@angular/core';

/** One thing that can be chosen. */
export interface Choice {
  readonly id: number;
  readonly name: string;
}

/** From how many on a field to search them is shown. */
const searchedFrom = 9;

/** Several of many, by ticking them. */
@Component({
  selector: 'lockstep-check-list',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (choices().length >= searchedFrom) {
      <input
        type="search"
        class="ls-input"
        placeholder="Search"
        i18n-placeholder
        [attr.aria-label]="searchLabel()"
        [value]="wanted()"
        (input)="wanted.set($any($event.target).value)"
      />
    }
    <div class="list" role="group" tabindex="-1" [attr.aria-label]="label()">
      @for (choice of shown(); track choice.id) {
        <label>
          <input type="checkbox" [checked]="isChosen(choice.id)" (change)="toggle(choice.id)" />
          <span class="ls-cut">{{ choice.name }}</span>
        </label>
      } @empty {
        <p class="ls-small ls-muted" i18n>Nothing to choose from.</p>
      }
    </div>
    <p class="ls-small ls-muted ls-number" i18n>{{ chosen().length }} chosen</p>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 6px;
    }
    .list {
      max-height: 220px;
      padding: 4px 0;
      border: 1px solid var(--ls-line-strong);
      border-radius: var(--ls-radius);
      overflow: auto;
    }
    label {
      display: flex;
      align-items: center;
      min-height: 30px;
      padding: 0 10px;
      gap: 9px;
      cursor: pointer;
    }
    label:hover {
      background: var(--ls-hover);
    }
    .list p {
      padding: 6px 10px;
    }
  `,
})
export class CheckList {
  readonly label = input.required<string>();
  readonly choices = input.required<readonly Choice[]>();
  readonly chosen = model.required<readonly number[]>();
  protected readonly searchedFrom = searchedFrom;
  protected readonly wanted = signal('');
  protected readonly searchLabel = computed(() => $localize`Search: ${this.label()}:LIST:`);
  protected readonly shown = computed(() => {
    const wanted = this.wanted().trim().toLowerCase();
    return this.choices().filter(({ name }) => name.toLowerCase().includes(wanted));
  });

  protected isChosen(id: number): boolean {
    return this.chosen().includes(id);
  }

  protected toggle(id: number): void {
    this.chosen.update((ids) => (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]));
  }
}
