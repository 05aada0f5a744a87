import type { OperationEffect } from '@lockstep/contract';
import type { Deployment } from './deployment.js';
import type { HostLink } from './host-link.js';
import { planRollback } from './switch-plan.js';
import { whatIsWhere } from './what-is-where.js';

/** Milliseconds for all of it; handlers that roll back need that much grace. */
export const rollbackMs = 80_000;
/** In which a host that cannot be reached, because it reboots for example, is tried again. Staged files are worth less of it. */
const [switchedMs, stagedMs] = [60_000, 15_000];
const patienceMs = 15_000;
/** A switch that was on its way may end between a look and what follows from it. */
const mostRounds = 3;

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
  let wasReached = false;
  try {
    return await deployment.insist(deployment.mayHaveSwitched ? switchedMs : stagedMs, (link, signal) => {
      wasReached = true;
      return putBack(deployment, link, signal);
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!deployment.mayHaveSwitched) return { effect: 'none', message: `Staged files may be left on the host: ${why}` };
    const where = await whatIsWhere(deployment);
    return {
      effect: wasReached ? 'partial' : 'unknown',
      message: `THE OLD CERTIFICATE COULD NOT BE PUT BACK: ${why} ${where}`,
    };
  }
}

async function putBack(deployment: Deployment, link: HostLink, signal: AbortSignal): Promise<RolledBack> {
  const moved = await putFilesBack(deployment, link);
  if (!deployment.mayHaveSwitched) return { effect: 'none', message: 'Nothing was changed on the host.' };
  const reloadFailed = await reload(deployment, link);
  const objections = await verifyOld(deployment, signal);
  if (objections.length === 0) return describe(deployment, { moved, reloadFailed });
  const words = reloadFailed === null ? '' : ` ${reloadFailed}`;
  return {
    effect: 'partial',
    message: `THE OLD FILES ARE BACK, BUT THE OLD CERTIFICATE IS NOT SERVED: ${objections.join('; ')}.${words}`,
  };
}

/** Whether there was something to put back. */
async function putFilesBack(deployment: Deployment, { files }: HostLink): Promise<boolean> {
  await deployment.findFiles(files);
  for (let round = 0; ; round += 1) {
    const moves = planRollback(await files.look(deployment.files), deployment.remembered?.absentBefore ?? []);
    if (moves.length === 0) return round > 0;
    if (round === mostRounds) throw new Error('The files do not stay as they are put.');
    await files.apply(moves, deployment.folder);
  }
}

function describe(
  { remembered }: Deployment,
  { moved, reloadFailed }: { moved: boolean; reloadFailed: string | null },
): RolledBack {
  const verified = remembered?.servedBefore.some(({ fingerprint }) => fingerprint !== null) === true;
  if (verified) return { effect: 'rolled_back', message: 'The old certificate is back and is served.' };
  if (reloadFailed !== null) return { effect: 'partial', message: `The old files are back, but: ${reloadFailed}` };
  const what = moved ? 'The old files are back' : 'Nothing had to be put back';
  return { effect: 'rolled_back', message: `${what}; no endpoint showed a certificate before.` };
}

/** Its failure is no end: what is served decides. */
async function reload({ parts, reloads }: Deployment, { commands }: HostLink): Promise<string | null> {
  const failures: string[] = [];
  for (const how of reloads) {
    await commands.reload(how, parts.host.target.username).catch((error: unknown) => {
      failures.push(error instanceof Error ? error.message : String(error));
    });
  }
  return failures.length === 0 ? null : failures.join(' ');
}

function verifyOld(deployment: Deployment, signal: AbortSignal): Promise<string[]> {
  const wanted = (deployment.remembered?.servedBefore ?? []).flatMap(({ endpoint, fingerprint }) =>
    fingerprint === null ? [] : [{ endpoint, fingerprint }],
  );
  return deployment.waitForAll(wanted, { patienceMs: deployment.parts.reach.deadline(patienceMs), signal });
}
