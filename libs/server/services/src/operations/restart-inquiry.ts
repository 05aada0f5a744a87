import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceState } from '@lockstep/contract';
import type { ServiceDriver, ServiceLook } from '../drivers/service-driver.js';
import type { HostLink, Patience } from './host-link.js';

/** A service at a moment, as far as it tells one run of it from another. */
export type Known = Pick<ServiceLook, 'state' | 'invocation'>;

/**
 * What became of a restart that was asked for. `changed`: it happened, at least in part. `at_work`: the host is at it.
 * `unchanged`: it did not happen, and will not any more. `untold`: this platform does not tell one run from another.
 */
export interface Finding {
  readonly kind: 'changed' | 'at_work' | 'unchanged' | 'untold';
  readonly look: ServiceLook;
}

export interface Inquiry extends Patience {
  readonly driver: ServiceDriver;
  readonly link: HostLink;
  readonly name: string;
  readonly before: Known;
  /** From when on, on the clock of `performance.now()`, a request that still lies somewhere begins no more. */
  readonly settledFromMs: number;
  /** A host that is at it is answer enough. */
  readonly hurried?: boolean;
}

/** Milliseconds between the two looks that must agree, and between two looks at all. */
const [apartMs, everyMs] = [5_000, 1_000];

/** Asks the host what happened, any number of times. Errors: like `HostLink.insist`; OperationFailure SERVICE_NOT_FOUND. */
export async function findOut(inquiry: Inquiry): Promise<Finding> {
  let sameSinceMs: number | undefined;
  for (;;) {
    const { look, isWorking } = await askOnce(inquiry);
    const kind = judge(inquiry.before, { look, isWorking });
    const now = performance.now();
    if (kind === 'changed') return { kind, look };
    if (kind === 'at_work') {
      sameSinceMs = undefined;
      if (inquiry.hurried || now >= inquiry.untilMs) return { kind, look };
    } else {
      sameSinceMs ??= now;
      if (now - sameSinceMs >= apartMs && now >= inquiry.settledFromMs) return { kind, look };
      if (now >= inquiry.untilMs) return { kind: 'untold', look };
    }
    await pause(everyMs, undefined, { signal: inquiry.signal });
  }
}

/** The state first: a restart that ends in between is then seen as at work, and looked at again. */
function askOnce({ driver, link, name, ...patience }: Inquiry): Promise<{ look: ServiceLook; isWorking: boolean }> {
  return link.insist(patience, async (host) => {
    const look = await driver.look(host, name);
    return { look, isWorking: await driver.isWorking(host, name) };
  });
}

const onTheWay = new Set<ServiceState>(['activating', 'deactivating', 'reloading']);

function judge(before: Known, { look, isWorking }: { look: ServiceLook; isWorking: boolean }): Finding['kind'] {
  if (look.invocation !== null && look.invocation !== before.invocation) return 'changed';
  if (isWorking || onTheWay.has(look.state)) return 'at_work';
  if (look.state !== (before.state === 'reloading' ? 'active' : before.state)) return 'changed';
  // systemd forgets a unit that has ended and that nobody refers to, and with it the run that was.
  return look.invocation === null || look.invocation === '' ? 'untold' : 'unchanged';
}
