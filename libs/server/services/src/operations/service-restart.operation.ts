import { SshReach, asFailure } from '@lockstep/server-connections';
import {
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
} from '@lockstep/server-operations';
import { DriverRegistry } from '../drivers/driver-registry.js';
import { ServiceSettingsService } from '../services/service-settings.service.js';
import { ServiceStore } from '../services/service-store.js';
import { HostLink } from './host-link.js';
import { RestartParts } from './restart-parts.js';
import { RestartRun, wasAsked } from './restart-run.js';

/** Restarts a service once, and looks whether it really came back. */
@OperationHandlerFor('service_restart')
export class ServiceRestartOperation implements OperationHandler {
  readonly type = 'service_restart';
  readonly changesHost = true;
  /** Above all that its own limits add up to: an hour for the restart, five minutes to settle, and the looks between. */
  readonly deadlineMs = 8_400_000;
  /** One that is cancelled in the middle asks the host what has already happened. */
  readonly graceMs = 25_000;
  readonly steps = [
    { name: 'reach', title: 'Reach the host', safety: 'repeatable' },
    { name: 'before', title: 'Look at the service', safety: 'repeatable' },
    { name: 'check', title: 'Test the configuration', safety: 'repeatable' },
    { name: 'restart', title: 'Restart', safety: 'at_most_once' },
    { name: 'watch', title: 'Watch it settle', safety: 'repeatable' },
    { name: 'log', title: 'Read its log', safety: 'repeatable' },
  ] as const;

  constructor(
    private readonly reach: SshReach,
    private readonly drivers: DriverRegistry,
    private readonly settings: ServiceSettingsService,
    private readonly store: ServiceStore,
  ) {}

  run(context: OperationContext): Promise<OperationResult> {
    return this.with(context, async (run) => {
      // A worker may be lost after the restart too. Then it was asked for, and is not asked for again.
      if (wasAsked(context)) return run.resume();
      await run.reachHost();
      await run.lookBefore();
      await run.testConfiguration();
      await run.restart();
      return run.prove();
    });
  }

  reconcile(context: OperationContext): Promise<OperationResult> {
    return this.with(context, (run) => run.resume());
  }

  private async with(
    context: OperationContext,
    work: (run: RestartRun) => Promise<OperationResult>,
  ): Promise<OperationResult> {
    const { connectionId } = context.operation;
    const parts = await this.prepare(context);
    const { link } = parts;
    try {
      const result = await work(new RestartRun(parts));
      await link.close();
      return result;
    } finally {
      link.destroy();
      // The list of services shows what was seen here, also where it went wrong.
      if (parts.lastLook) await this.store.note(connectionId, parts.lastLook).catch(() => undefined);
    }
  }

  private async prepare(context: OperationContext): Promise<RestartParts> {
    const { connectionId } = context.operation;
    try {
      const host = await asFailure(context, () => this.reach.find(connectionId));
      const driver = this.drivers.get(host.platform);
      const settings = await this.settings.read(connectionId);
      return new RestartParts({ context, host, driver, settings, link: new HostLink(host, this.reach, settings) });
    } catch (error) {
      throw error instanceof OperationFailure && wasAsked(context) ? unknownBecause(error) : error;
    }
  }
}

const unknownBecause = (cause: OperationFailure): OperationFailure =>
  new OperationFailure('OUTCOME_UNKNOWN', `The host could not be asked what became of the restart: ${cause.message}`, {
    effect: 'unknown',
    cause,
  });
