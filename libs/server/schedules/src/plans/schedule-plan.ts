import type { RollingRestartInput, RollingRestartPreview } from '@lockstep/contract';
import type { StartRequest } from '@lockstep/server-operations';

/** A host or certificate of a schedule. */
export interface PlannedTarget {
  readonly connectionId: number | null;
  readonly connectionName: string | null;
  readonly certificateId: number | null;
  readonly certificateName: string | null;
}

/** One that is left out, and why. `isUsual`: that is how it should be, because its time has not come. */
export type Skip = PlannedTarget & { readonly reason: string; readonly isUsual?: boolean };

/** What to start on one target; who starts it is added when it is started. */
export interface PlannedStart {
  readonly target: PlannedTarget;
  readonly request: Pick<StartRequest, 'type' | 'connection' | 'target'>;
}

/** A service restarted on several hosts, some at once. */
export interface PlannedRolling {
  readonly input: RollingRestartInput;
  readonly targets: RollingRestartPreview['targets'];
}

/** What a run would do: start operations or begin a rolling restart, and whom it leaves out. */
export interface SchedulePlan {
  readonly starts: readonly PlannedStart[];
  readonly rolling: PlannedRolling | null;
  readonly skips: readonly Skip[];
}

const nothing: PlannedTarget = {
  connectionId: null,
  connectionName: null,
  certificateId: null,
  certificateName: null,
};

export const onConnection = (connectionId: number, connectionName: string | null): PlannedTarget => ({
  ...nothing,
  connectionId,
  connectionName,
});

export const onCertificate = (certificateId: number, certificateName: string | null): PlannedTarget => ({
  ...nothing,
  certificateId,
  certificateName,
});

/** Nothing is done, for a reason that concerns no host in particular. */
export const nothingToDo = (reason: string): SchedulePlan => ({
  starts: [],
  rolling: null,
  skips: [{ ...nothing, reason }],
});
