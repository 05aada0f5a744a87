import type { Authorization } from 'acme-client';
import type { AcmeAccount } from '../acme-account.js';
import { AcmeError, refused } from '../acme-error.js';
import { type Limit, startLimit, within } from '../limit.js';
import type { StoredOrder } from '../order.js';
import { pollUntil } from '../poll.js';
import { type Problem, readProblem } from '../problem.js';
import { type Challenge, type Proof, type Solver, chooseProof, sameChallenge, toChallenge } from './challenge.js';
import { Publication } from './publication.js';

/** Withdrawing has time of its own: it is done also when everything else was stopped. */
const withdrawMs = 60_000;

export interface ProveOptions extends Limit {
  readonly account: AcmeAccount;
  readonly solver: Solver;
  /** Stores the order. Called before anything is published and after it was withdrawn. */
  readonly keep: (order: StoredOrder) => Promise<void>;
}

interface Run extends ProveOptions {
  readonly signal: AbortSignal;
}

/**
 * Proves every name of the order that is not proved yet, and withdraws what was published, also what an earlier try left,
 * however it ends.
 * @returns the order, ready to be finalized; `presented` holds what could not be withdrawn
 * @throws {AcmeError} CHALLENGE_NOT_OFFERED, CHALLENGE_FAILED with the CA's words, and what the solver throws
 */
export async function proveNames(order: StoredOrder, options: ProveOptions): Promise<StoredOrder> {
  const { signal, stop } = startLimit(options, 'Proving the names');
  const run: Run = { ...options, signal };
  const publication = new Publication(options.solver, order.presented);
  let known = order;
  try {
    const open = (await authorizationsOf(run, order.authorizations)).filter(({ status }) => status !== 'valid');
    const proofs = open.map((authorization) => chooseProof(authorization, options.solver.kind));
    const challenges = await Promise.all(
      proofs.map(async (proof) => toChallenge(proof, await options.account.keyAuthorization(proof.offered))),
    );
    known = { ...order, presented: union(order.presented, challenges) };
    if (challenges.length > 0) await options.keep(known);
    await publication.show(challenges, signal);
    await answerAll(proofs, run);
    // The CA need not be asked: that is what it becomes by it (RFC 8555 §7.1.6).
    known = { ...known, status: 'ready' };
  } finally {
    stop();
    known = await withdrawPresented(known, options, publication.presented);
  }
  return known;
}

/**
 * Withdraws what the order says is published: for orders that are given up. Where less is `published`, the rest is not there.
 * @returns the order with what could not be withdrawn; it was kept if that has changed
 */
export async function withdrawPresented<Order extends Pick<StoredOrder, 'presented'>>(
  order: Order,
  { solver, keep }: { readonly solver: Solver; readonly keep: (order: Order) => Promise<void> },
  published: readonly Challenge[] = order.presented,
): Promise<Order> {
  const left: Challenge[] = [];
  for (const challenge of published) {
    await within({ deadlineMs: withdrawMs }, `Withdrawing ${challenge.location}`, (signal) =>
      solver.withdraw(challenge, signal),
    ).catch(() => left.push(challenge));
  }
  if (order.presented.length === 0) return order;
  const known = { ...order, presented: left };
  await keep(known);
  return known;
}

/** Tells the CA to look at all of them, then waits for its judgement on each. */
async function answerAll(proofs: readonly Proof[], run: Run): Promise<void> {
  const { account, signal } = run;
  for (const { offered } of proofs) await account.answer(offered, run);
  const failures: AcmeError[] = [];
  const identifiers: string[] = [];
  for (const { authorization } of proofs) {
    const judged = await pollUntil(
      async () => {
        const { value, retryAfter } = await account.authorizations([authorization.url], run);
        return { value: value[0] ?? authorization, retryAfter };
      },
      { done: ({ status }) => status !== 'pending', signal },
    );
    if (judged.status === 'valid') continue;
    failures.push(failureOf(judged));
    identifiers.push(judged.identifier.value);
  }
  const [first] = failures;
  if (!first) return;
  const message = failures.map((failure) => failure.message).join('\n');
  throw new AcmeError('CHALLENGE_FAILED', message, { identifiers, ...(first.problem && { problem: first.problem }) });
}

function failureOf(authorization: Authorization): AcmeError {
  const { identifier, wildcard, challenges, status } = authorization;
  const name = wildcard ? `*.${identifier.value}` : identifier.value;
  const problem = challenges.map(({ error }): Problem | undefined => readProblem(error)).find(Boolean);
  if (problem) return refused('CHALLENGE_FAILED', `The CA could not verify ${name}`, problem);
  return new AcmeError('CHALLENGE_FAILED', `The CA could not verify ${name}: its authorization is ${status}.`);
}

async function authorizationsOf(run: Run, urls: readonly string[]): Promise<Authorization[]> {
  return (await run.account.authorizations(urls, run)).value;
}

const union = (one: readonly Challenge[], other: readonly Challenge[]): Challenge[] => [
  ...one,
  ...other.filter((challenge) => !one.some((known) => sameChallenge(known, challenge))),
];
