import { type OperationContext, OperationFailure } from '@lockstep/server-operations';
import { SshError } from '@lockstep/server-ssh';
import type { ReachableHost } from '../reach/ssh-reach.service.js';

/** Runs a part of reaching a host; when it fails, what a person needs to decide is told beside the sentence. */
export async function reportReaching<Value>(
  context: OperationContext,
  host: ReachableHost,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SshError) tellAbout(error, { context, host });
    throw error;
  }
}

function tellAbout(error: SshError, { context, host }: { context: OperationContext; host: ReachableHost }): void {
  if (error.offered) {
    const { algorithm, fingerprint } = error.offered;
    context.facts({
      offeredHostKey: { algorithm, fingerprint },
      approvedHostKeys: host.approved.map((key) => ({ ...key })),
    });
  }
  if (error.code === 'JUMP_HOST_FAILED') context.facts({ jumpConnectionId: host.jumpConnectionId });
  if (error.hostWords !== undefined && error.hostWords !== '') context.log('stderr', error.hostWords);
}

/** An operation that was stopped ends as the engine says; everything else that SSH knows a code for ends with that code. */
export async function asFailure<Value>(context: OperationContext, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SshError) || context.signal.aborted) throw error;
    const { hostWords } = error;
    throw new OperationFailure(error.code, error.message, {
      cause: error,
      ...(hostWords !== undefined && { hostWords }),
    });
  }
}
