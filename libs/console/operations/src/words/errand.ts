import type { Operation } from '@lockstep/contract';

/** What only a person can do for an operation to go on, and where it is done. */
export interface Errand {
  readonly label: string;
  readonly link: readonly string[];
}

/** The errand that an operation waits for; null: it waits for nobody. */
export const errandOf = (operation: Operation): Errand | null =>
  waitsForSigned(operation)
    ? { label: $localize`Bring the signed certificate`, link: ['/certificates', operation.target] }
    : null;

/** Whether a renewal has made its request and waits until somebody brings what was signed on it. */
export const waitsForSigned = ({ phase, metadata }: Pick<Operation, 'phase' | 'metadata'>): boolean =>
  phase === 'waiting' && metadata['waitsFor'] === 'signed_certificate';
