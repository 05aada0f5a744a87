import { Injectable, inject } from '@angular/core';
import { Router } from '@angular/router';

/** Search, filters and sort of a list are in its address, from where its page takes them as inputs. This changes them there. */
@Injectable({ providedIn: 'root' })
export class ListAddress {
  private readonly router = inject(Router);

  /** Sets what is named and leaves the rest; null takes one away. */
  set(filters: Readonly<Record<string, string | null>>): void {
    void this.router.navigate([], { queryParams: filters, queryParamsHandling: 'merge', replaceUrl: true });
  }

  /** Filters by a value; by the one that it is filtered by, no longer. */
  toggle(filter: string, value: string): void {
    const { queryParams } = this.router.parseUrl(this.router.url);
    this.set({ [filter]: queryParams[filter] === value ? null : value });
  }

  /** Takes all of them away. */
  clear(): void {
    void this.router.navigate([], { queryParams: {} });
  }
}
