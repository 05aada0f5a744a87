import { DOCUMENT } from '@angular/common';
import { inject } from '@angular/core';
import { Router, type NavigationError } from '@angular/router';

/** Milliseconds in which the server must say that it is there. */
const answerMs = 5_000;
/** What browsers say when a module could not be fetched: Chromium and Firefox, then Safari. */
const notFetched = /dynamically imported module|importing a module script/i;

/** Whether a page was not shown because its code could not be fetched. */
export const isMissingCode = ({ error }: NavigationError): boolean =>
  error instanceof TypeError && notFetched.test(error.message);

/**
 * Loads the page as a whole when its code could not be fetched and the server answers: the server is newer than this tab, or
 * the browser remembers a fetch that failed while it was away.
 */
export async function loadAfresh(failed: NavigationError): Promise<void> {
  const { location } = inject(DOCUMENT);
  // A page that fails as the first one of a tab would be loaded again for ever.
  if (!isMissingCode(failed) || !inject(Router).navigated) return;
  const signal = AbortSignal.timeout(answerMs);
  const answer = await fetch('/api/health/ready', { cache: 'no-store', signal }).catch(() => null);
  if (answer?.ok) location.assign(failed.url);
}
