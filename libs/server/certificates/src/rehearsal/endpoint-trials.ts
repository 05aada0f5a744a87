import type { X509Certificate } from 'node:crypto';
import type { Endpoint, ReadinessFinding } from '@lockstep/contract';
import type { NetworkPolicy } from '@lockstep/server-ssh';
import { endpointName, lookAt } from '../deployment/endpoints.js';
import { type Trial, blocking, warning, well } from './finding.js';

export interface EndpointTrial {
  readonly endpoint: Endpoint;
  /** What lies on the host where the certificate goes. */
  readonly leaf: X509Certificate | undefined;
}

/** Shakes hands with an endpoint as the verification of a renewal would. */
export async function tryEndpoint(
  { endpoint, leaf }: EndpointTrial,
  policy: NetworkPolicy,
  signal: AbortSignal,
): Promise<ReadinessFinding> {
  const trial: Trial = { topic: 'endpoint', tried: `Shake hands with ${endpointName(endpoint)}` };
  const served = await lookAt(endpoint, policy, signal);
  if ('fingerprint' in served) {
    if (leaf === undefined || served.fingerprint === leaf.fingerprint256)
      return well(trial, leaf ? 'It serves the certificate that lies on the host.' : 'It serves a certificate.');
    return warning(trial, {
      found: 'It serves another certificate than the one that lies on the host.',
      advice: 'See whether the server reads these files, and whether it was reloaded since they changed.',
    });
  }
  const found = `No certificate is served there: ${served.failure}`;
  // A first certificate may be what the server waits for.
  if (leaf === undefined && served.code !== 'NETWORK_NOT_ALLOWED' && served.code !== 'NAME_NOT_RESOLVED')
    return warning(trial, { found, advice: 'See that the server comes up there once it has its first certificate.' });
  return blocking(trial, { found, advice: 'See that the server runs and listens there, or correct the endpoint.' });
}
