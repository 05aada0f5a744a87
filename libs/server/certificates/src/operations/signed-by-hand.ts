import { type OperationContext, OperationFailure } from '@lockstep/server-operations';

/** How long a renewal waits for somebody to bring the certificate: authorities that ask people answer within weeks. */
const patienceDays = 30;

/** Gives the worker free and keeps the slot until the signed certificate is brought. Does not return. */
export function waitForSigned(context: OperationContext): never {
  const until = new Date(Date.parse(context.operation.startedAt) + patienceDays * 86_400_000);
  if (until <= new Date())
    throw new OperationFailure(
      'ISSUE_FAILED',
      `Nobody brought the signed certificate within ${String(patienceDays)} days. Its request still counts: renew again to go on waiting.`,
    );
  context.facts({ waitsFor: 'signed_certificate' });
  context.park(until, 'Waits for the signed certificate');
}
