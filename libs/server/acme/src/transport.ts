import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent } from 'node:https';
import { axios } from 'acme-client';
import { AcmeError, RateLimited, refused } from './acme-error.js';
import { type Limit, within } from './limit.js';
import { isProblem, readProblem } from './problem.js';
import { CheckedAgent, type Reach } from './reach.js';
import { readRetryAfter } from './retry-after.js';
import { type Answer, type Config, Told } from './told.js';
import { contextFor } from './trusted-roots.js';

/** One call of acme-client, which may be several requests. */
interface Exchange {
  readonly agent: Agent;
  readonly signal: AbortSignal;
  readonly requestMs: number;
  readonly told: Told;
  /** What is learned on the way. */
  readonly seen: { nonceRejected: boolean; retryAfter?: Date };
}

/** A chain with alternates is some kilobytes. */
const largestAnswer = 1_048_576;
/** Where the CA refuses for now and does not say until when. */
const unsaidWaitMs = 300_000;
/** With half of the nonces rejected one call in 64 fails inside acme-client; ten in a row never do. */
const nonceAttempts = 10;
const untrusted =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_ALTNAME_INVALID)/;

const running = new AsyncLocalStorage<Exchange>();
/** Without acme-client's interceptors, which sleep on 429 and 5xx and lose what a broken connection said. */
const bare = axios.create();

// Errors that bear no `config` are passed through by acme-client's own interceptor.
axios.interceptors.request.use((config) => {
  const exchange = running.getStore();
  if (exchange) config.adapter = (outgoing) => send(exchange, outgoing);
  return config;
});

export interface TransportOptions {
  /** `https:` only. */
  readonly directoryUrl: string;
  /** PEM, besides those that Node trusts. */
  readonly trustedRoots?: readonly string[];
  /** Where connections may go; anywhere unless told. */
  readonly reach?: Reach;
  /** The most that one request may take, in milliseconds; 30 s unless told. */
  readonly requestMs?: number;
}

/** How acme-client reaches a CA: with deadlines, own roots, and failures that say what they are. */
export class Transport {
  private readonly agent: Agent;
  private readonly requestMs: number;
  private readonly told: Told;

  constructor({ directoryUrl, trustedRoots = [], requestMs = 30_000, reach }: TransportOptions) {
    const options = { keepAlive: true, secureContext: contextFor(trustedRoots) };
    this.agent = reach ? new CheckedAgent(options, reach) : new Agent(options);
    this.requestMs = requestMs;
    this.told = new Told(directoryUrl);
  }

  /**
   * Runs calls of acme-client. Rejected nonces are taken again here, which is always safe: the CA did nothing
   * (RFC 8555 §6.5). `retryAfter` is what the last answer bore.
   */
  async call<Value>(
    what: string,
    limit: Limit,
    work: () => Promise<Value>,
  ): Promise<{ value: Value; retryAfter: Date | undefined }> {
    const { agent, requestMs, told } = this;
    for (let attempt = 1; ; attempt += 1) {
      const seen: Exchange['seen'] = { nonceRejected: false };
      try {
        const value = await within(limit, what, (signal) =>
          running.run({ agent, requestMs, told, signal, seen }, work),
        );
        return { value, retryAfter: seen.retryAfter };
      } catch (error) {
        if (isOurs(error) || limit.signal?.aborted) throw error;
        if (!seen.nonceRejected) throw unexpected(what, error);
        if (attempt === nonceAttempts) throw unexpected(what, error);
      }
    }
  }

  /** A request without a signature: the directory, renewal information. */
  async get(url: string, what: string, limit: Limit): Promise<{ value: unknown; retryAfter: Date | undefined }> {
    return this.call(what, limit, async () => {
      const { data } = await axios.get<unknown>(url);
      return data;
    });
  }
}

/** The adapter: one request, and its failure as ours. Rejected nonces go back, as acme-client has the next one at hand. */
async function send({ agent, signal, requestMs, told, seen }: Exchange, config: Config): Promise<Answer> {
  const known = told.answerTo(config);
  if (known) return known;
  const { url = '', method, headers } = config;
  const data: unknown = config.data;
  const answer = await within({ deadlineMs: requestMs, signal }, `The request to ${hostOf(url)}`, (inner) =>
    bare.request<string>({
      ...{ url, method, headers, data, signal: inner },
      ...{ adapter: 'http', httpsAgent: agent, maxRedirects: 0, maxContentLength: largestAnswer },
      ...{ responseType: 'text', transformRequest: [asIs], transformResponse: [asIs], validateStatus: null },
    }),
  ).catch((error: unknown) => {
    throw isOurs(error) || signal.aborted ? error : unreachable(url, error);
  });
  seen.retryAfter = readRetryAfter(answer.headers['retry-after'], new Date());
  const problem = answer.status < 400 ? undefined : readProblem(parse(answer.data));
  if (isProblem(problem, 'badNonce')) {
    seen.nonceRejected = true;
    return answer;
  }
  told.note(config, answer);
  if (answer.status < 400) return answer;
  throw failureOf(answer, { url, retryAfter: seen.retryAfter });
}

function failureOf(answer: Answer, { url, retryAfter }: { url: string; retryAfter: Date | undefined }): AcmeError {
  const { status } = answer;
  const document = readProblem(parse(answer.data));
  const problem = document && { ...document, status };
  if (status === 429 || status === 503 || isProblem(problem, 'rateLimited')) {
    const until = retryAfter ?? new Date(Date.now() + unsaidWaitMs);
    const words = problem?.detail ? `: ${problem.detail}` : '.';
    return new RateLimited(until, `${hostOf(url)} asks to come back at ${until.toISOString()}${words}`, { problem });
  }
  if (problem) return refused('REFUSED', `${hostOf(url)} refuses`, problem);
  const message = `${hostOf(url)} answered with status ${String(status)}.`;
  return new AcmeError('UNEXPECTED_ANSWER', message, {
    problem: { type: 'about:blank', detail: '', status, subproblems: [] },
  });
}

function unreachable(url: string, cause: unknown): AcmeError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const words = message.replace(/^Error: /, '');
  if (untrusted.test(code))
    return new AcmeError('TLS_UNTRUSTED', `The certificate of ${hostOf(url)} is not trusted: ${words}.`, { cause });
  return new AcmeError('UNREACHABLE', `${hostOf(url)} cannot be reached: ${words || code}.`, { cause });
}

const unexpected = (what: string, cause: unknown): AcmeError =>
  new AcmeError('UNEXPECTED_ANSWER', `${what} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });

const isOurs = (error: unknown): error is AcmeError => error instanceof AcmeError;
const asIs = (data: unknown): unknown => data;
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
