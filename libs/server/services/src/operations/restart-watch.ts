import { setTimeout as pause } from 'node:timers/promises';
import { OperationFailure } from '@lockstep/server-operations';
import { seconds } from '@lockstep/server-ssh';
import type { ServiceDriver, ServiceLook } from '../drivers/service-driver.js';
import type { HostLink, Patience } from './host-link.js';
import { wordsOf } from './restart-facts.js';

export interface Watch extends Patience {
  readonly driver: ServiceDriver;
  readonly link: HostLink;
  readonly name: string;
  /** The run that was to end; null where the platform tells none. */
  readonly oldInvocation: string | null;
  /** Milliseconds for which it must be active without a break. */
  readonly settleMs: number;
  /** Told of every look, and for how many milliseconds it has been active. */
  readonly onLook: (look: ServiceLook, steadyMs: number) => void;
}

/** A run of the service that was seen to be active. */
interface Steady {
  readonly invocation: string | null;
  readonly sinceMs: number;
}

/** Milliseconds between two looks. */
const everyMs = 500;

/**
 * Watches a service that was restarted until it has been active, in one and the same new run, for the settle time. Gives the
 * last look.
 * @throws OperationFailure SERVICE_NOT_STABLE (`applied`); errors like `HostLink.insist`
 */
export async function watchService(watch: Watch): Promise<ServiceLook> {
  let steady: Steady | undefined;
  for (;;) {
    const look = await watch.link.insist(watch, (host) => watch.driver.look(host, watch.name));
    const now = performance.now();
    const isRunning = isUp(look) && isNew(watch, look);
    if (isRunning) steady ??= { invocation: look.invocation, sinceMs: now };
    const steadyMs = steady ? now - steady.sinceMs : 0;
    watch.onLook(look, steadyMs);
    if (steady?.invocation !== look.invocation && steady) throw unstable(watch, 'ended and was started again', look);
    if (look.finished && isNew(watch, look)) return look;
    if (!isRunning) await assertMayStillCome(watch, { look, steady, now });
    if (steady && steadyMs >= watch.settleMs) return look;
    await pause(steady ? Math.min(everyMs, watch.settleMs - steadyMs) : everyMs, undefined, { signal: watch.signal });
  }
}

const isUp = ({ state }: ServiceLook): boolean => state === 'active' || state === 'reloading';

const isNew = ({ oldInvocation }: Watch, { invocation }: ServiceLook): boolean =>
  oldInvocation === null || invocation !== oldInvocation;

/** It is not active. That is the end of it when it was before, or when nothing on the host is about to change that. */
async function assertMayStillCome(
  watch: Watch,
  { look, steady, now }: { look: ServiceLook; steady: Steady | undefined; now: number },
): Promise<void> {
  if (steady) throw unstable(watch, `stayed active for less than ${seconds(watch.settleMs)}`, look);
  if (!(await isOnItsWay(watch, look))) throw unstable(watch, 'did not come back', look);
  if (now >= watch.untilMs) throw unstable(watch, 'did not come up in time', look);
}

/** systemd's wait before it tries a failed start again is not on its way. */
async function isOnItsWay({ driver, link, name, ...patience }: Watch, look: ServiceLook): Promise<boolean> {
  if (look.subState?.startsWith('auto-restart')) return false;
  if (look.state === 'activating' || look.state === 'deactivating') return true;
  return link.insist(patience, (host) => driver.isWorking(host, name));
}

const unstable = ({ name }: Watch, what: string, look: ServiceLook): OperationFailure =>
  new OperationFailure('SERVICE_NOT_STABLE', `${name} was restarted, but ${what}: it is ${wordsOf(look)}.`, {
    effect: 'applied',
  });
