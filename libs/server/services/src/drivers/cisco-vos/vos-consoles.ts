import type { SshSession, StageLimit } from '@lockstep/server-ssh';
import { VosConsole } from './vos-console.js';

interface Kept {
  console: VosConsole | undefined;
  /** Settles when the work before is done. */
  turn: Promise<unknown>;
}

/**
 * One console for each login, used by one at a time: a console takes seconds to come up, and the host allows few. It ends
 * with its login.
 */
export class VosConsoles {
  private readonly kept = new WeakMap<SshSession, Kept>();

  /** @param limit how long a new console may take to come up */
  use<Value>(session: SshSession, limit: StageLimit, work: (console: VosConsole) => Promise<Value>): Promise<Value> {
    const kept = this.kept.get(session) ?? { console: undefined, turn: Promise.resolve() };
    this.kept.set(session, kept);
    const result = kept.turn.then(async () => {
      if (!kept.console?.isAlive) kept.console = await VosConsole.open(session, limit);
      return work(kept.console);
    });
    kept.turn = result.catch(() => undefined);
    return result;
  }
}
