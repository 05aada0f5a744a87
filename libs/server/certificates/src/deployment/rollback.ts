import type { OperationEffect } from '@lockstep/contract';
import type { Deployment } from './deployment.js';
import type { HostLink } from './host-link.js';
import { type Move, planRollback } from './switch-plan.js';

/** Milliseconds for all of it; handlers that roll back need that much grace. */
export const rollbackMs = 60_000;
const patienceMs = 15_000;

/** What became of a rollback, with a sentence that says so. */
export interface RolledBack {
  readonly effect: OperationEffect;
  readonly message: string;
}

/**
 * Puts everything back, over a login of its own because the one before may be what broke; then shakes hands to see that
 * what was served before is served again. Never rejects.
 */
export async function rollBack(deployment: Deployment): Promise<RolledBack> {
  const signal = AbortSignal.timeout(rollbackMs - 5_000);
  let link: HostLink | undefined;
  try {
    link = await deployment.open(signal);
    return await putBack(deployment, link, signal);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!deployment.mayHaveSwitched) return { effect: 'none', message: `Staged files may be left on the host: ${why}` };
    return { effect: link ? 'partial' : 'unknown', message: `THE OLD CERTIFICATE COULD NOT BE PUT BACK: ${why}` };
  } finally {
    link?.destroy();
  }
}

async function putBack(deployment: Deployment, link: HostLink, signal: AbortSignal): Promise<RolledBack> {
  const looks = await link.files.look(deployment.files);
  const moves = planRollback(looks, deployment.remembered?.absentBefore ?? []);
  await link.files.apply(moves);
  if (!deployment.mayHaveSwitched) return { effect: 'none', message: 'Nothing was changed on the host.' };
  const reloadFailed = await reload(deployment, link);
  const objections = await verifyOld(deployment, signal);
  if (objections.length > 0) {
    const where = objections.join('; ');
    return { effect: 'partial', message: `THE OLD FILES ARE BACK, BUT THE OLD CERTIFICATE IS NOT SERVED: ${where}.` };
  }
  return describe(deployment, { moves, reloadFailed });
}

function describe(
  { remembered }: Deployment,
  { moves, reloadFailed }: { moves: readonly Move[]; reloadFailed: string | null },
): RolledBack {
  const verified = remembered?.servedBefore.some(({ fingerprint }) => fingerprint !== null) === true;
  if (verified) return { effect: 'rolled_back', message: 'The old certificate is back and is served.' };
  if (reloadFailed !== null) return { effect: 'partial', message: `The old files are back, but: ${reloadFailed}` };
  const what = moves.length === 0 ? 'Nothing had to be put back' : 'The old files are back';
  return { effect: 'rolled_back', message: `${what}; no endpoint showed a certificate before.` };
}

/** Its failure is no end: what is served decides. */
async function reload({ parts }: Deployment, link: HostLink): Promise<string | null> {
  for (const { reload: how } of parts.targets) {
    if (how === null) continue;
    try {
      await link.commands.reload(how, parts.host.target.username);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return null;
}

function verifyOld(deployment: Deployment, signal: AbortSignal): Promise<string[]> {
  const wanted = (deployment.remembered?.servedBefore ?? []).flatMap(({ endpoint, fingerprint }) =>
    fingerprint === null ? [] : [{ endpoint, fingerprint }],
  );
  return deployment.waitForAll(wanted, { patienceMs, signal });
}
