import { ServiceMoment } from '@lockstep/contract';
import type { ServiceLook } from '../drivers/service-driver.js';

/** A look as it is kept in an operation's metadata, as `before` or `after`. */
export const toMoment = ({ name, state, subState, since, invocation, at }: ServiceLook): ServiceMoment => ({
  name,
  state,
  subState,
  since: since?.toISOString() ?? null,
  invocation,
  at: (at ?? new Date()).toISOString(),
});

/** What was kept by the worker that began; undefined when that is not there. */
export const readMoment = (metadata: Record<string, unknown>): ServiceMoment | undefined =>
  ServiceMoment.safeParse(metadata['before']).data;

/** Characters that fit the host's words of an operation, and lines that a person reads. */
const [mostCharacters, mostLines] = [3_500, 20];

/** The newest lines of a log, as many as fit. */
export function lastWords(lines: readonly string[]): string {
  const kept: string[] = [];
  let room = mostCharacters;
  for (const line of lines.slice(-mostLines).reverse()) {
    room -= line.length + 1;
    if (room < 0) break;
    kept.unshift(line);
  }
  return kept.join('\n');
}

/** `failed (exit-code)`, as systemctl writes it. */
export const wordsOf = ({ state, subState }: Pick<ServiceLook, 'state' | 'subState'>): string =>
  subState === null || subState === state ? state : `${state} (${subState})`;
