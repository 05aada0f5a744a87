import { DOCUMENT, Injectable, computed, effect, inject, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { TitleStrategy, type RouterStateSnapshot } from '@angular/router';

/** What the browser's tab shows: how many operations are active, and whether one failed. */
export interface TabState {
  readonly active: number;
  readonly failed: number;
}

/** Page titles. The count of active operations stands before whatever a page calls itself. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly document = inject(DOCUMENT);
  readonly tab = signal<TabState>({ active: 0, failed: 0 });
  private readonly icon = computed(() =>
    this.tab().failed > 0 ? '/icon-failed.svg' : this.tab().active > 0 ? '/icon-active.svg' : '/icon.svg',
  );

  constructor() {
    super();
    effect(() => {
      const { active } = this.tab();
      const bare = this.title.getTitle().replace(/^\(\d+\) /, '');
      this.title.setTitle(active === 0 ? bare : `(${active}) ${bare}`);
    });
    effect(() => this.document.querySelector('link[rel="icon"]')?.setAttribute('href', this.icon()));
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    const page = this.buildTitle(snapshot);
    const { active } = this.tab();
    this.title.setTitle(
      `${active === 0 ? '' : `(${active}) `}${page === undefined ? 'Lockstep' : `${page} · Lockstep`}`,
    );
  }
}
