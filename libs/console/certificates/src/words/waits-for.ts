import type { Operation } from '@lockstep/contract';

/** Whether a renewal has made its request and waits until somebody brings what was signed on it. */
export const waitsForSigned = ({ phase, metadata }: Operation): boolean =>
  phase === 'waiting' && metadata['waitsFor'] === 'signed_certificate';
