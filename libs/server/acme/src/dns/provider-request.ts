import { AcmeError, RateLimited } from '../acme-error.js';
import { within } from '../limit.js';
import type { Reach } from '../reach.js';
import { readRetryAfter } from '../retry-after.js';

const requestMs = 30_000;
const unsaidWaitMs = 60_000;

export interface ProviderAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * One request to a DNS provider. Redirects are not followed, as they would carry the credential along.
 * @throws {RateLimited} on 429 and 503 · {AcmeError} UNREACHABLE, DEADLINE
 */
export async function askProvider(
  provider: string,
  request: Request,
  { signal, reach }: { readonly signal: AbortSignal; readonly reach?: Reach | undefined },
): Promise<ProviderAnswer> {
  const answer = await within({ deadlineMs: requestMs, signal }, `The request to ${provider}`, async (inner) => {
    const { hostname, port } = new URL(request.url);
    await reach?.(hostname, Number(port || 443));
    const response = await fetch(request, { redirect: 'error', signal: inner });
    const retryAfter = readRetryAfter(response.headers.get('retry-after'), new Date());
    return { status: response.status, text: await response.text(), retryAfter };
  }).catch((error: unknown) => {
    if (error instanceof AcmeError || signal.aborted) throw error;
    const { message, cause } = error as Error;
    const words = cause instanceof Object && 'message' in cause ? String(cause.message) : message;
    throw new AcmeError('UNREACHABLE', `${provider} cannot be reached: ${words}.`, { cause: error });
  });
  if (answer.status !== 429 && answer.status !== 503) return answer;
  throw comeBackLater(provider, answer.retryAfter);
}

/** @param until a minute from now unless the provider said */
export function comeBackLater(provider: string, until = new Date(Date.now() + unsaidWaitMs)): RateLimited {
  return new RateLimited(until, `${provider} asks to come back at ${until.toISOString()}.`);
}
