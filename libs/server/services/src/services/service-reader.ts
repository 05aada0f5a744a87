import { Injectable } from '@nestjs/common';
import type { ReachableHost } from '@lockstep/server-connections';
import { OperationFailure } from '@lockstep/server-operations';
import { SshError } from '@lockstep/server-ssh';
import type { DriverHost, ServiceDriver } from '../drivers/service-driver.js';
import type { ServiceReadingEntity } from '../model/service-reading.entity.js';
import { ServiceHosts } from './service-hosts.js';
import { ServiceStore } from './service-store.js';

/** Milliseconds for which what was read is told again, and a host that could not be asked is left alone. */
const freshMs = 10_000;
/** Milliseconds in which someone who looks at a page is answered. */
const patienceMs = 60_000;

/** Why the host was not asked, or did not answer. */
export class HostNotRead extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Asks hosts about their services for people who look at pages: one login for all who ask the same at once, none where the
 * last one was refused, and what came of it is kept for all.
 */
@Injectable()
export class ServiceReader {
  private readonly running = new Map<string, Promise<unknown>>();

  constructor(
    private readonly hosts: ServiceHosts,
    private readonly store: ServiceStore,
  ) {}

  /** Reads the list of a host unless that was done a moment ago. How it went is in the store. */
  async refresh(connectionId: number, { force }: { force: boolean }): Promise<void> {
    const reading = await this.store.reading(connectionId);
    if (!force && isFresh(reading)) return;
    const read = (): Promise<void> =>
      this.ask(connectionId, { force }, async (driver, host) => {
        await this.store.replace(connectionId, await driver.list(host));
      });
    await this.share(`${String(connectionId)} list ${String(force)}`, read).catch((error: unknown) => {
      if (!(error instanceof HostNotRead)) throw error;
    });
  }

  /** Asks about one service. @throws HostNotRead; OperationFailure SERVICE_NOT_FOUND */
  about<Result>(
    connectionId: number,
    name: string,
    work: (driver: ServiceDriver, host: DriverHost) => Promise<Result>,
  ): Promise<Result> {
    return this.share(`${String(connectionId)} service ${name}`, () => this.ask(connectionId, { force: false }, work));
  }

  /** Whoever asks while the same is being asked gets the same answer. */
  private share<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const running = this.running.get(key);
    if (running) return running as Promise<Result>;
    const begun = work().finally(() => this.running.delete(key));
    this.running.set(key, begun);
    return begun;
  }

  private async ask<Result>(
    connectionId: number,
    { force }: { force: boolean },
    work: (driver: ServiceDriver, host: DriverHost) => Promise<Result>,
  ): Promise<Result> {
    const signal = AbortSignal.timeout(patienceMs);
    let reachable: ReachableHost | undefined;
    try {
      reachable = await this.hosts.find(connectionId);
      if (!force) await this.assertNotRefused(reachable);
      return await this.hosts.ask(reachable, signal, work);
    } catch (error) {
      const failure = failureOf(error, signal);
      if (!failure) throw error;
      const refusedWay = isRefusal(error) ? (reachable?.way ?? null) : null;
      await this.store.fail(connectionId, { code: failure.code, message: failure.message, refusedWay });
      throw failure;
    }
  }

  /** A login that was refused is not tried again by a page view until something on the way has changed. */
  private async assertNotRefused({ connectionId, way }: ReachableHost): Promise<void> {
    const reading = await this.store.reading(connectionId);
    if (reading?.refusedWay !== way || reading.failureCode === null) return;
    throw new HostNotRead(reading.failureCode, reading.failureMessage ?? '');
  }
}

/** A login that is tried again and again may lock the account. A jump host's refusal is the cause of its failure. */
const isRefusal = (error: unknown): boolean =>
  error instanceof SshError && (error.code === 'AUTHENTICATION_FAILED' || isRefusal(error.cause));

/** What is to be kept of a failure. Undefined: nothing was tried, or it is no failure of the host's. */
function failureOf(error: unknown, signal: AbortSignal): HostNotRead | undefined {
  if (error instanceof HostNotRead) return undefined;
  if (error instanceof SshError) return new HostNotRead(error.code, error.message);
  if (error instanceof OperationFailure && error.code !== 'SERVICE_NOT_FOUND') {
    return new HostNotRead(error.code, error.message);
  }
  return signal.aborted ? new HostNotRead('DEADLINE_EXCEEDED', 'The host did not answer within a minute.') : undefined;
}

function isFresh(reading: ServiceReadingEntity | null): boolean {
  const newest = Math.max(reading?.readAt?.getTime() ?? 0, reading?.failedAt?.getTime() ?? 0);
  return Date.now() - newest < freshMs;
}
