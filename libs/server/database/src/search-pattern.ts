/** The pattern for LIKE and ILIKE that finds a text anywhere; null where nothing is searched for. */
export function searchPattern(search: string | undefined): string | null {
  const wanted = search?.trim() ?? '';
  return wanted === '' ? null : `%${wanted.replace(/[\\%_]/g, '\\$&')}%`;
}
