import { formatDate } from '../words/format-date';

/** A moment from the address; undefined for what is none. */
export function momentOf(text: string | undefined): string | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** What the list is narrowed to by when things expire. Empty: nothing. `before` is not part of it. */
export function boundsWords(from: string | undefined, before: string | undefined): string {
  if (before === undefined) return from === undefined ? '' : $localize`Expires from ${formatDate(from)}:DATE: on`;
  const last = formatDate(new Date(Date.parse(before) - 1).toISOString());
  return from === undefined
    ? $localize`Expired or expires by ${last}:DATE:`
    : $localize`Expires ${formatDate(from)}:FIRST: – ${last}:LAST:`;
}
