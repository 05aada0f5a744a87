import { Endpoint } from '@lockstep/contract';
import { z } from 'zod';

const Remembered = z.object({
  /** What each endpoint showed; null: nothing. */
  servedBefore: z.array(z.object({ endpoint: Endpoint, fingerprint: z.string().nullable() })),
  /** Files that were not there. */
  absentBefore: z.array(z.string()),
});

/** How it was before the switch. Kept in the operation's metadata, so that whoever takes over can put it back. */
export type Remembered = z.infer<typeof Remembered>;

export const readRemembered = (metadata: Record<string, unknown>): Remembered | undefined =>
  Remembered.safeParse(metadata).data;
