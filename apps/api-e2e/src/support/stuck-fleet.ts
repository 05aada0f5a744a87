import type { Operation } from '@lockstep/contract';
import type { ApiClient } from './api-client.js';
import { endAll } from './end-all.js';
import { startStuckHost, type StuckHost } from './stuck-host.js';

/** The steps of a test in which a host can be made to hang. */
export const hangingSteps = ['connect', 'host_key', 'authenticate', 'probe', 'sftp'] as const;
type HangingStep = (typeof hangingSteps)[number];

/** One host for each step, at which that step never ends until the fleet is released. */
export class StuckFleet {
  private constructor(private readonly hosts: Readonly<Record<HangingStep, StuckHost>>) {}

  static async start(): Promise<StuckFleet> {
    const [connect, host_key, authenticate, probe, sftp] = await Promise.all([
      startStuckHost('host_key'),
      startStuckHost('host_key'),
      startStuckHost('authenticate'),
      startStuckHost('probe'),
      startStuckHost('sftp'),
    ]);
    return new StuckFleet({ connect, host_key, authenticate, probe, sftp });
  }

  /** A connection for each step. The one that hangs in `connect` leads through a jump host that does not answer. */
  async connect(client: ApiClient): Promise<Record<HangingStep, number>> {
    const ids = {} as Record<HangingStep, number>;
    for (const step of hangingSteps) {
      const make = (name: string, more: object = {}): Promise<{ id: number }> =>
        client.createConnection({
          name,
          port: this.hosts[step].port,
          hostKeyFingerprint: this.hosts[step].fingerprint,
          ...more,
        });
      ids[step] = (await make(`hangs in ${step}`)).id;
      if (step === 'connect') ids[step] = (await make('behind a jump host', { jumpConnectionId: ids[step] })).id;
    }
    return ids;
  }

  /** Starts a test everywhere and waits until each hangs in its step. */
  async hang(client: ApiClient, ids: Record<HangingStep, number>): Promise<Record<HangingStep, Operation>> {
    const operations = {} as Record<HangingStep, Operation>;
    for (const step of hangingSteps) {
      const { operationId } = await client.test(ids[step]);
      operations[step] = await client.operationOnce(operationId, ({ steps }) =>
        steps.some(({ name, status }) => name === step && status === 'running'),
      );
    }
    return operations;
  }

  /** Connections that are open at all the hosts. */
  get open(): number {
    return Object.values(this.hosts).reduce((sum, { open }) => sum + open, 0);
  }

  release(): void {
    for (const host of Object.values(this.hosts)) host.release();
  }

  async stop(): Promise<void> {
    await endAll(...Object.values(this.hosts));
  }
}
