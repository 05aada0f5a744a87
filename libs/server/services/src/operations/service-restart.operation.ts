import { SshReach, asFailure, reportReaching } from '@lockstep/server-connections';
import {
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationHandlerFor,
  type OperationResult,
} from '@lockstep/server-operations';
import { ServiceHosts } from '../services/service-hosts.js';

/** Restarts a service, and looks whether it really came back. */
@OperationHandlerFor('service_restart')
export class ServiceRestartOperation implements OperationHandler {
  readonly type = 'service_restart';
  readonly changesHost = true;
  readonly deadlineMs = 4_500_000;
  readonly steps = [
    { name: 'reach', title: 'Reach the host', safety: 'repeatable' },
    { name: 'restart', title: 'Restart the service', safety: 'at_most_once' },
  ] as const;

  constructor(
    private readonly reach: SshReach,
    private readonly hosts: ServiceHosts,
  ) {}

  async run(context: OperationContext): Promise<OperationResult> {
    const { connectionId, target } = context.operation;
    const host = await context.step('reach', () => asFailure(context, () => this.reach.find(connectionId)));
    await context.step('restart', () =>
      asFailure(context, () =>
        reportReaching(context, host, () =>
          this.hosts.ask(host, context.signal, async (driver, at) => {
            const before = await driver.look(at, target);
            await driver.restart(at, target, (stream, line) => context.log(stream, `${line}\n`));
            const after = await driver.look(at, target);
            if (after.state === 'active' && after.invocation !== before.invocation) return;
            throw new OperationFailure('SERVICE_NOT_STABLE', 'It did not come back.', { effect: 'unknown' });
          }),
        ),
      ),
    );
    return { message: `${target} was restarted` };
  }

  reconcile(): Promise<OperationResult> {
    throw new OperationFailure('OUTCOME_UNKNOWN', 'Look at the host.', { effect: 'unknown' });
  }
}
