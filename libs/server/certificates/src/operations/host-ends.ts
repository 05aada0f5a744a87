import { OperationEffect, OperationErrorCode } from '@lockstep/contract';
import {
  OperationCancelled,
  type OperationContext,
  OperationFailure,
  type OperationResult,
  mustLetGo,
  wasCancelled,
} from '@lockstep/server-operations';
import { z } from 'zod';

/** How it ended on one host. Nothing in it names the host: a renewal is seen by people who may not see all of them. */
export interface HostEnd {
  /** The new version is verified there. */
  readonly hasIt: boolean;
  /** What was done there; none where it had it before. */
  readonly effect: OperationEffect;
}

/** The same for the renewal's own host, kept in its metadata while it waits for the others. */
const OwnHostEnd = z.object({
  hasIt: z.boolean(),
  effect: OperationEffect,
  failure: z.object({ code: OperationErrorCode, message: z.string(), hostWords: z.string().optional() }).optional(),
});
export type OwnHostEnd = z.infer<typeof OwnHostEnd>;

export const readOwnHostEnd = (metadata: Record<string, unknown>): OwnHostEnd | undefined =>
  OwnHostEnd.safeParse(metadata['ownHost']).data;

/** What an error of a deployment says about its host. Undefined: it says nothing, and ends the run. */
export function ownHostEndOf({ signal }: OperationContext, error: unknown): OwnHostEnd | undefined {
  if (mustLetGo(signal)) return undefined;
  if (error instanceof OperationCancelled) return { hasIt: false, effect: error.effect };
  if (error instanceof OperationFailure) {
    const { code, message, effect, hostWords } = error;
    return { hasIt: false, effect, failure: { code, message, hostWords } };
  }
  if (!signal.aborted) return undefined;
  if (wasCancelled(signal)) return { hasIt: false, effect: 'none' };
  return { hasIt: false, effect: 'none', failure: { code: 'DEADLINE_EXCEEDED', message: 'It was not done in time.' } };
}

/** What was done to all hosts together. */
export function wholeEffect(ends: readonly HostEnd[]): OperationEffect {
  const effects = new Set(ends.filter(({ hasIt, effect }) => !hasIt || effect !== 'none').map(({ effect }) => effect));
  if (effects.has('unknown')) return 'unknown';
  if (effects.size === 1 && effects.has('applied')) return 'applied';
  if (effects.has('applied') || effects.has('partial')) return 'partial';
  return effects.has('rolled_back') ? 'rolled_back' : 'none';
}

/** The one end of a renewal on several hosts. Errors: OperationFailure, OperationCancelled. */
export function concludeRenewal(
  { signal }: OperationContext,
  { own, others, renewed }: { own: OwnHostEnd; others: readonly HostEnd[]; renewed: string },
): OperationResult {
  const ends = [own, ...others];
  const effect = wholeEffect(ends);
  const having = ends.filter(({ hasIt }) => hasIt).length;
  if (having === ends.length) return { message: `${renewed} on ${String(ends.length)} hosts`, effect };
  const where = `The new certificate is on ${String(having)} of ${String(ends.length)} hosts.`;
  if (wasCancelled(signal)) {
    if (effect === 'none' || effect === 'rolled_back') throw new OperationCancelled(effect);
    throw new OperationFailure('CANCELLED_TOO_LATE', `It was stopped on the way. ${where}`, { effect });
  }
  const { code, message, hostWords } = own.failure ?? { code: 'DEPLOYMENT_INCOMPLETE', message: '' };
  throw new OperationFailure(code, `${message} ${where}`.trim(), {
    effect,
    ...(hostWords !== undefined && { hostWords }),
  });
}
