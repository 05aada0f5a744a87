import {
  OperationCancelled,
  type OperationContext,
  OperationFailure,
  mustLetGo,
  wasCancelled,
} from '@lockstep/server-operations';
import { SshError } from '@lockstep/server-ssh';
import type { Deployment } from '../deployment/deployment.js';
import { type RolledBack, rollBack } from '../deployment/rollback.js';

/**
 * Puts the host back as it was, and answers what is to be thrown: why it failed, and what became of the host. A worker that
 * has to let go touches nothing: the next one looks and goes on.
 */
export async function undo(context: OperationContext, deployment: Deployment, error: unknown): Promise<unknown> {
  if (mustLetGo(context.signal)) return error;
  const back = await rollBack(deployment);
  context.log('system', `${back.message}\n`);
  if (wasCancelled(context.signal)) return cancelled(back);
  return asFailure(context, error, back);
}

const cancelled = ({ effect, message }: RolledBack): Error =>
  effect === 'none' || effect === 'rolled_back'
    ? new OperationCancelled(effect)
    : new OperationFailure('CANCELLED_TOO_LATE', message, { effect });

function asFailure(context: OperationContext, error: unknown, { effect, message }: RolledBack): unknown {
  const more = { effect, cause: error };
  if (context.signal.aborted)
    return new OperationFailure('DEADLINE_EXCEEDED', `It was not done in time. ${message}`, more);
  if (error instanceof OperationFailure || error instanceof SshError) {
    const { hostWords } = error;
    const told = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
    return new OperationFailure(error.code, `${told} ${message}`, {
      ...more,
      ...(hostWords !== undefined && { hostWords }),
    });
  }
  // A fault of ours: the engine logs it, and ends with what is known about the host.
  return effect === 'none'
    ? error
    : new OperationFailure('INTERNAL', `Something went wrong in Lockstep. ${message}`, more);
}
