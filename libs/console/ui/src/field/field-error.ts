import type { FieldState } from '@angular/forms/signals';
import type { ReadableProblem } from '../problem/read-problem';

/**
 * What to tell about a field: once it was touched, its own first error, or what the server said about it.
 * `path` is the field's name on the wire.
 */
export function fieldError(
  state: FieldState<unknown>,
  problem: ReadableProblem | null,
  path: string,
): string | undefined {
  const own = state.touched() ? state.errors()[0] : undefined;
  if (own !== undefined) return own.message ?? $localize`This value does not fit.`;
  return problem?.fields.get(path);
}
