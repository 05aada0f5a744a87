import { type SecureContext, createSecureContext, getCACertificates } from 'node:tls';

const mostKept = 8;
const kept = new Map<string, SecureContext>();

/** Trusts what Node trusts and these roots (PEM). Kept, because reading all roots takes 10 to 20 ms in which nothing else runs. */
export function contextFor(trustedRoots: readonly string[]): SecureContext {
  const key = trustedRoots.join('\n');
  const known = kept.get(key);
  if (known) return known;
  if (kept.size >= mostKept) kept.clear();
  const context = createSecureContext({ ca: [...getCACertificates('default'), ...trustedRoots] });
  kept.set(key, context);
  return context;
}
