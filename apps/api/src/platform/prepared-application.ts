import type { INestApplicationContext } from '@nestjs/common';

/** An application that is made and not yet at work. */
export interface PreparedApplication {
  readonly application: INestApplicationContext;
  /** Begins to work, and resolves with the lines that tell a person so. */
  open(): Promise<string[]>;
  close(): Promise<void>;
}
