import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoint } from '@lockstep/contract';
import { type NetworkPolicy, SshError } from '@lockstep/server-ssh';
import { scanTls } from '../scan/tls-scan.js';

/** What an endpoint showed: the leaf's SHA-256, or why none was seen. */
export type Served = { readonly fingerprint: string } | { readonly failure: string; readonly code: SshError['code'] };

const handshakeMs = 5_000;
/** A server that reloads shows the new leaf some milliseconds later, as a rule; one that restarts takes longer. */
const [soonMs, longestMs] = [20, 200];
/** Old workers of a server that reloads may still take a connection or two. */
const inARow = 3;

/** `host:port` with the name that is asked for. */
export const endpointName = ({ host, port, serverName }: Endpoint): string => `${host}:${String(port)} (${serverName})`;

/** Shakes hands with one endpoint. Never rejects, but for the signal's reason. */
export async function lookAt(endpoint: Endpoint, policy: NetworkPolicy, signal: AbortSignal): Promise<Served> {
  try {
    const { chain } = await scanTls({ ...endpoint, policy }, { deadlineMs: handshakeMs, signal });
    return { fingerprint: chain[0].fingerprint256 };
  } catch (error) {
    if (!(error instanceof SshError) || signal.aborted) throw error;
    return { failure: error.message, code: error.code };
  }
}

/**
 * Waits until an endpoint shows this leaf several times in a row. Answers null then, else why not when the time is over.
 * `patienceMs` is how long it may take.
 */
export async function waitUntilServed(
  endpoint: Endpoint,
  wanted: { readonly fingerprint: string; readonly patienceMs: number },
  { policy, signal }: { policy: NetworkPolicy; signal: AbortSignal },
): Promise<string | null> {
  const end = performance.now() + wanted.patienceMs;
  let seen = 0;
  for (let step = soonMs; ; step = Math.min(step * 2, longestMs)) {
    const served = await lookAt(endpoint, policy, signal);
    const isWanted = 'fingerprint' in served && served.fingerprint === wanted.fingerprint;
    seen = isWanted ? seen + 1 : 0;
    if (seen === inARow) return null;
    if (performance.now() > end) {
      const why =
        'failure' in served ? served.failure.replace(/\.$/, '') : `it shows the certificate ${served.fingerprint}`;
      return `${endpointName(endpoint)}: ${why}`;
    }
    await pause(isWanted ? soonMs : step, undefined, { signal });
  }
}
