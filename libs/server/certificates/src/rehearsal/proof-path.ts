import type { ReadinessFinding } from '@lockstep/contract';
import { type Challenge, Publication, type Solver, withdrawPresented } from '@lockstep/server-acme';
import { OperationFailure } from '@lockstep/server-operations';
import { asOperationFailure, asProviderFailure } from '../acme/acme-failure.js';
import type { AcmeIssuerEntity } from '../acme/acme-issuer.js';
import { type Trial, findingOf, warning } from './finding.js';

/** What is shown, or may be. */
export interface Shown {
  readonly presented: readonly Challenge[];
}

/** The way by which a renewal proves these names, opened for one rehearsal. */
export interface ProofPath {
  readonly issuer: AcmeIssuerEntity;
  readonly domains: readonly string[];
  readonly solver: Solver;
  /** Stores what is shown, before it is and after it was taken back. */
  readonly keep: (shown: Shown) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Milliseconds for putting proofs up and having them seen; name servers of a zone may take their time. */
const showMs = 240_000;

/** A solver whose failures are those of operations: what a DNS provider does not do is not the CA's doing. */
export function explained(solver: Solver): Solver {
  const explain = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      throw asOperationFailure(asProviderFailure(error));
    });
  return {
    kind: solver.kind,
    present: (challenge, signal) => explain(solver.present(challenge, signal)),
    settle: (challenges, signal) => explain(solver.settle?.(challenges, signal) ?? Promise.resolve()),
    withdraw: (challenge, signal) => solver.withdraw(challenge, signal),
  };
}

/** Shows proofs, looks, and takes them back in every exit path: also when it was stopped, or nobody knows whether they are up. */
export async function showing(
  path: ProofPath,
  presented: readonly Challenge[],
  { trial, advice, look }: { trial: Trial; advice: string; look: () => Promise<ReadinessFinding | ReadinessFinding[]> },
): Promise<ReadinessFinding[]> {
  const { solver, keep } = path;
  const signal = AbortSignal.any([path.signal, AbortSignal.timeout(showMs)]);
  const publication = new Publication(solver);
  await keep({ presented });
  let findings: ReadinessFinding[] = [];
  try {
    findings = await findingOf(trial, {
      advice,
      look: async () => {
        await publication.show(presented, signal).catch((error: unknown) => {
          throw signal.aborted && !path.signal.aborted ? tooLate() : error;
        });
        return look();
      },
    });
  } finally {
    const left = await withdrawPresented<Shown>({ presented }, { solver, keep }, publication.presented);
    // What could not be put up is no news a second time.
    if (!findings.some(({ state }) => state === 'blocks')) findings.push(...leftBehind(left));
  }
  return findings;
}

const tooLate = (): OperationFailure =>
  new OperationFailure('CHALLENGE_FAILED', `It was not to be seen within ${String(showMs / 1_000)} s.`);

export const leftBehind = ({ presented }: Shown): ReadinessFinding[] =>
  presented.map(({ location }) =>
    warning(
      { topic: 'challenge', tried: 'Take the proof back' },
      { found: `${location} could not be taken away.`, advice: 'It is tried again until it is done.' },
    ),
  );

/** Three of them, and how many more. */
export function inFewWords(texts: readonly string[]): string {
  const more = texts.length - 3;
  return `${texts.slice(0, 3).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}
