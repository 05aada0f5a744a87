import type { Deployment } from './deployment.js';
import { endpointName, lookAt } from './endpoints.js';
import type { LookedAt } from './switch-plan.js';

/** Milliseconds for each of the two looks. */
const lookMs = 10_000;

/** Sentences for whoever has to mend a host by hand: what each file is now, and what each endpoint shows. Never rejects. */
export async function whatIsWhere(deployment: Deployment): Promise<string> {
  const [files, served] = await Promise.all([tellFiles(deployment), tellEndpoints(deployment)]);
  return [...files, ...served].map((fact) => `${fact}.`).join(' ');
}

async function tellFiles(deployment: Deployment): Promise<string[]> {
  try {
    const looks = await deployment.insist(lookMs, ({ files }) => files.look(deployment.files));
    return looks.map(tellFile);
  } catch {
    return [`Which files are at ${deployment.files.map(({ path }) => path).join(', ')} is not known`];
  }
}

function tellFile({ file, state }: LookedAt): string {
  const words = { new: 'is the new file', other: 'is the old file', missing: 'is missing' }[state.live];
  const old = state.backup ? `, the old one lies at ${file.backup}` : '';
  const staged = state.staged ? `, the new one lies at ${file.staged}` : '';
  return `${file.path} ${words}${old}${staged}`;
}

function tellEndpoints({ endpoints, remembered, parts }: Deployment): Promise<string[]> {
  const signal = AbortSignal.timeout(lookMs);
  return Promise.all(
    endpoints.map(async (endpoint) => {
      const name = endpointName(endpoint);
      const seen = await lookAt(endpoint, parts.policy, signal).catch(() => ({
        failure: 'It did not answer in time.',
      }));
      if ('failure' in seen) return `${name} shows nothing: ${seen.failure.replace(/\.$/, '')}`;
      if (seen.fingerprint === parts.fingerprint) return `${name} shows the new certificate`;
      const before = remembered?.servedBefore.find((one) => endpointName(one.endpoint) === name)?.fingerprint;
      return `${name} shows ${seen.fingerprint === before ? 'the old certificate' : `another one, ${seen.fingerprint}`}`;
    }),
  );
}
