import type { ServiceMoment } from '@lockstep/contract';
import { OperationCancelled, OperationFailure, wasCancelled } from '@lockstep/server-operations';
import { SshError } from '@lockstep/server-ssh';
import { wordsOf } from './restart-facts.js';
import { type Finding, type Inquiry, findOut } from './restart-inquiry.js';
import type { RestartParts } from './restart-parts.js';

/** How the request went, as seen from here. */
export interface Request {
  readonly before: ServiceMoment;
  /** `performance.now()` at the request, or at the begin of this run where a worker before made it. */
  readonly askedAtMs: number;
  /** What was thrown; undefined: the host says that it is done. */
  readonly failure: unknown;
}

/** Milliseconds that a driver may take until its request is on the way, and that clocks in whole seconds may be wrong by. */
const [prepareMs, slackMs] = [20_000, 1_000];
/** Milliseconds for which the host is asked beyond the time that the restart itself may take. */
const doubtMs = 20_000;
/** Milliseconds in which one that was cancelled is told of; below the handler's grace. */
const cancelMs = 20_000;

/**
 * Finds out what a request to restart did. Returns when the service was restarted and may be watched. Whatever else came of it
 * is thrown with the effect that the host shows, and where it shows none, as not known.
 */
export async function resolveDoubt(parts: RestartParts, request: Request): Promise<void> {
  const { failure } = request;
  const { signal } = parts.context;
  if (failure === undefined) return confirm(parts, request);
  if (failure instanceof OperationFailure && (failure.code !== 'RESTART_FAILED' || failure.effect !== 'unknown'))
    throw failure;
  if (signal.aborted) return endStopped(parts, request);
  if (failure instanceof OperationFailure) return explain(parts, { request, failure });
  if (failure instanceof SshError && !failure.afterRequest) throw unsent(failure);
  const { kind, look } = await ask(parts, request, settledFrom(parts, request));
  if (kind === 'changed') return;
  if (kind !== 'unchanged') {
    throw unknown(kind === 'at_work' ? 'The host was still at it' : 'The host does not tell', look);
  }
  const { code, message } = failure instanceof SshError ? failure : lostWorker;
  throw new OperationFailure(code, `${message} Nothing happened on the host: ${parts.name} goes on as before.`);
}

const lostWorker = {
  code: 'SERVICE_NOT_RESTARTED',
  message: 'The worker was lost before the host began.',
} as const;

/**
 * Ends a run that was told to stop after it asked for the restart: for a person who cancels by what the host shows; else as
 * the engine decides. Never returns.
 */
export async function endStopped(parts: RestartParts, request: Request): Promise<never> {
  const { signal } = parts.context;
  if (!wasCancelled(signal)) throw signal.reason;
  const own = { signal: AbortSignal.timeout(cancelMs), untilMs: performance.now() + cancelMs };
  const inquiry = { ...inquiryOf(parts, request), ...own, settledFromMs: settledFrom(parts, request), hurried: true };
  const { kind, look } = await asked(parts, inquiry);
  if (kind === 'unchanged') throw new OperationCancelled();
  if (kind === 'untold') throw unknown('It was cancelled while the restart was asked for', look);
  throw tooLate(parts, look);
}

export const tooLate = ({ name }: RestartParts, look: Parameters<typeof wordsOf>[0]): OperationFailure =>
  new OperationFailure(
    'CANCELLED_TOO_LATE',
    `The restart of ${name} had begun before it could be cancelled; it is ${wordsOf(look)} now.`,
    { effect: 'applied' },
  );

/** The host said that it is done. That is believed once it shows another run, where it tells one from another. */
async function confirm(parts: RestartParts, request: Request): Promise<void> {
  if (request.before.invocation === null) return;
  const { kind, look } = await ask(parts, request, performance.now());
  if (kind === 'changed') return;
  if (kind !== 'unchanged') throw unknown('The host said that it was done', look);
  throw new OperationFailure(
    'SERVICE_NOT_RESTARTED',
    `The host reported success, but ${parts.name} was not restarted: the same run of it goes on.`,
  );
}

/** The command failed; what it had done by then is seen on the host. */
async function explain(
  parts: RestartParts,
  { request, failure }: { request: Request; failure: OperationFailure },
): Promise<never> {
  const { kind, look } = await ask(parts, request, performance.now());
  // One that had begun and failed would still be known as failed; only what ended well, or never began, is forgotten.
  const untold = look.invocation === '' ? 'none' : 'unknown';
  const effects = { changed: 'applied', at_work: 'applied', unchanged: 'none', untold } as const;
  const { hostWords } = failure;
  throw new OperationFailure(failure.code, `${failure.message} ${parts.name} is ${wordsOf(look)}.`, {
    effect: effects[kind],
    cause: failure,
    ...(hostWords !== undefined && { hostWords }),
  });
}

async function ask(parts: RestartParts, request: Request, settledFromMs: number): Promise<Finding> {
  const { signal } = parts.context;
  const untilMs = Math.max(request.askedAtMs + parts.limitMs, performance.now()) + doubtMs;
  try {
    return await asked(parts, { ...inquiryOf(parts, request), signal, untilMs, settledFromMs });
  } catch (error) {
    if (signal.aborted) return endStopped(parts, request);
    throw error;
  }
}

/** A host that cannot be asked leaves the outcome unknown, whatever else happened. */
async function asked(parts: RestartParts, inquiry: Inquiry): Promise<Finding> {
  try {
    const finding = await findOut(inquiry);
    parts.saw(finding.look);
    return finding;
  } catch (error) {
    if (parts.context.signal.aborted && inquiry.signal === parts.context.signal) throw error;
    const why = error instanceof SshError || error instanceof OperationFailure ? error.message : 'It did not answer.';
    throw new OperationFailure(
      'OUTCOME_UNKNOWN',
      `Whether ${parts.name} was restarted is not known, because the host could not be asked: ${why}`,
      {
        effect: 'unknown',
        cause: error,
      },
    );
  }
}

const inquiryOf = (
  { driver, link, name }: RestartParts,
  { before }: Request,
): Pick<Inquiry, 'driver' | 'link' | 'name' | 'before'> => ({
  driver,
  link,
  name,
  before,
});

/** From then on a request that still lies in some buffer does nothing any more. */
const settledFrom = ({ driver }: RestartParts, { askedAtMs }: Request): number =>
  Math.min(performance.now(), askedAtMs + prepareMs) + driver.beginsWithinMs + slackMs;

const unsent = ({ code, message, hostWords }: SshError): OperationFailure =>
  new OperationFailure(code, message, { ...(hostWords !== undefined && { hostWords }) });

const unknown = (what: string, look: Parameters<typeof wordsOf>[0]): OperationFailure =>
  new OperationFailure(
    'OUTCOME_UNKNOWN',
    `${what}; the service is ${wordsOf(look)}. Whether it was restarted is not known.`,
    {
      effect: 'unknown',
    },
  );
