import { Injectable, inject, signal } from '@angular/core';
import { NavigationStart, Router } from '@angular/router';
import { toCurl } from './to-curl';

export interface RecordedRequest {
  readonly method: string;
  /** Path with query, from the root of this origin. */
  readonly path: string;
  readonly body: unknown;
}

interface Kept extends RecordedRequest {
  /** The how many-th page it was asked from. */
  readonly page: number;
}

/** More than one wants to choose from. */
const mostKept = 8;

/** Remembers what a page asked of the API, so that it can be done again from a terminal. */
@Injectable({ providedIn: 'root' })
export class CurlRecorder {
  private readonly kept = signal<readonly Kept[]>([]);
  private page = 0;
  /** What this page asked, newest first and changes before readings; also the change that led here from the page before. */
  readonly requests = this.kept.asReadonly();

  constructor() {
    inject(Router).events.subscribe((event) => {
      if (event instanceof NavigationStart) this.turnPage();
    });
  }

  record(request: RecordedRequest): void {
    const others = this.kept().filter((known) => toCurl(known, '') !== toCurl(request, ''));
    const all = [{ ...request, page: this.page }, ...others];
    const changes = all.filter(({ method }) => method !== 'GET');
    const readings = all.filter(({ method }) => method === 'GET');
    this.kept.set([...changes, ...readings].slice(0, mostKept));
  }

  private turnPage(): void {
    const left = this.page;
    this.page += 1;
    this.kept.update((kept) => kept.filter(({ method, page }) => method !== 'GET' && page === left));
  }
}
