/** A problem document of the CA (RFC 8555 §6.7), cleaned for showing. */
export interface Problem {
  /** For example `urn:ietf:params:acme:error:rejectedIdentifier`. */
  readonly type: string;
  readonly detail: string;
  /** Of HTTP. */
  readonly status?: number;
  /** One for each name that is objected to (RFC 8555 §6.7.1). */
  readonly subproblems: readonly { readonly identifier: string; readonly type: string; readonly detail: string }[];
}

const longestText = 1_000;
const prefix = 'urn:ietf:params:acme:error:';

/** Reads a problem document; undefined: it is none. */
export function readProblem(document: unknown): Problem | undefined {
  if (!isRecord(document) || typeof document.type !== 'string') return undefined;
  const parts: unknown[] = Array.isArray(document.subproblems) ? document.subproblems : [];
  return {
    type: clean(document.type),
    detail: clean(document.detail),
    ...(typeof document.status === 'number' && { status: document.status }),
    subproblems: parts.filter(isRecord).map((part) => ({
      identifier: clean(isRecord(part.identifier) ? part.identifier.value : undefined),
      type: clean(part.type),
      detail: clean(part.detail),
    })),
  };
}

export const isProblem = (problem: Problem | undefined, name: string): boolean => problem?.type === prefix + name;

/** What the CA said, in one line. */
export function inWords(problem: Problem): string {
  const main = problem.detail || problem.type.replace(prefix, '');
  const parts = problem.subproblems.map(({ identifier, detail, type }) => `${identifier}: ${detail || type}`);
  return [main, ...parts].join(' · ');
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Foreign text made fit to keep and show: one line, no control characters. */
function clean(value: unknown): string {
  if (typeof value !== 'string') return '';
  const text = value.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
