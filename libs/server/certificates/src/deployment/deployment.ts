import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoint, Reload } from '@lockstep/contract';
import { type ReachableHost, type SshReach, isPassing, reportReaching } from '@lockstep/server-connections';
import { type OperationContext, OperationFailure, type StepHandle } from '@lockstep/server-operations';
import type { NetworkPolicy } from '@lockstep/server-ssh';
import type { DeploymentTargetEntity } from '../model/deployment-target.entity.js';
import { type DeployedFile, type Material, filesOf } from './deployed-file.js';
import { endpointName, lookAt, waitUntilServed } from './endpoints.js';
import type { HostFiles } from './host-files.js';
import { HostLink } from './host-link.js';
import { type Remembered, readRemembered } from './remembered.js';
import { planSwitch } from './switch-plan.js';

/** Milliseconds that a server may take until it shows another certificate. */
const patienceMs = 20_000;
/** Milliseconds in which a host that went away is awaited for the sake of files that are needed no more. */
const cleaningMs = 20_000;
/** Milliseconds between two tries to reach it. */
const betweenMs = 1_000;

/** What a deployment needs. */
export interface DeploymentParts {
  readonly context: OperationContext;
  readonly host: ReachableHost;
  readonly reach: SshReach;
  readonly policy: NetworkPolicy;
  readonly targets: readonly DeploymentTargetEntity[];
  readonly material: Material;
  /** SHA-256 of the new leaf. */
  readonly fingerprint: string;
}

/**
 * One version put on all targets of a connection: each step for all of them before the next, so that they change together.
 * Every step looks what is there first and can be done again.
 */
export class Deployment {
  files: readonly DeployedFile[];
  readonly endpoints: readonly Endpoint[];
  readonly reloads: readonly Reload[];
  remembered: Remembered | undefined;
  /** Whether files may have been switched, by this worker or one before. */
  mayHaveSwitched: boolean;
  private link: HostLink | undefined;

  constructor(readonly parts: DeploymentParts) {
    const { context, targets, material } = parts;
    this.files = targets.flatMap((target) => filesOf(target, material));
    this.endpoints = distinct(targets.flatMap(({ verify }) => verify));
    this.reloads = distinct(targets.flatMap(({ reload }) => (reload === null ? [] : [reload])));
    this.remembered = readRemembered(context.operation.metadata);
    this.mayHaveSwitched = context.operation.steps.some(
      ({ name, startedAt }) => name === 'switch' && startedAt !== null,
    );
  }

  /** Nobody has been on the host yet: there is nothing to undo. */
  get isUntouched(): boolean {
    return !this.link && !this.mayHaveSwitched;
  }

  /** Where switches wait for each other. */
  get folder(): string {
    return this.files[0]?.folder ?? '/';
  }

  /** Links are followed before anything else is done with the files. */
  async findFiles(host: HostFiles): Promise<void> {
    this.files = await host.places(this.files);
  }

  async reachHost(step: StepHandle): Promise<void> {
    const { context, host } = this.parts;
    this.link = await reportReaching(context, host, () => this.open(context.signal));
    step.summary(`logged in to ${host.target.name}`);
  }

  async stage(step: StepHandle): Promise<void> {
    const { files } = this.linked;
    await this.findFiles(files);
    const looks = await files.look(this.files);
    const todo = looks.filter(({ state }) => state.live !== 'new');
    for (const { file } of todo) await files.stage(file);
    step.summary(
      todo.length === 0 ? 'all files are in place already' : `${String(todo.length)} files staged and read back`,
    );
  }

  /** What will be needed to put everything back is written down before anything is switched. */
  async check(step: StepHandle): Promise<void> {
    const { context } = this.parts;
    this.remembered ??= {
      servedBefore: await this.lookAtAll(),
      absentBefore: (await this.linked.files.look(this.files)).flatMap(({ file, state }) =>
        state.live === 'missing' ? [file.path] : [],
      ),
    };
    context.facts({ ...this.remembered });
    const tested = await this.testConfiguration();
    step.summary(tested === 0 ? 'key, names and chain fit' : 'key, names and chain fit; the configuration test passed');
  }

  async switchOver(step: StepHandle): Promise<void> {
    const { files } = this.linked;
    this.mayHaveSwitched = true;
    const moves = planSwitch(await files.look(this.files));
    await files.apply(moves, this.folder);
    const wrong = (await files.look(this.files)).find(({ state }) => state.live !== 'new');
    if (wrong) throw new OperationFailure('FILE_NOT_WRITABLE', `${wrong.file.path} is not what was put there.`);
    step.summary(moves.length === 0 ? 'switched already' : this.files.map(({ path }) => path).join(', '));
  }

  async reload(step: StepHandle): Promise<void> {
    const { context, host } = this.parts;
    if (context.attempt > 1 && (await this.isServedEverywhere())) {
      step.summary('the new certificate is served already');
      return;
    }
    // The new files may be what its configuration objects to.
    await this.testConfiguration();
    const { reloads } = this;
    for (const reload of reloads) await this.linked.commands.reload(reload, host.target.username);
    step.summary(reloads.length === 0 ? 'the server takes up new files by itself' : 'reloaded');
  }

  async verify(step: StepHandle): Promise<void> {
    const { fingerprint, context } = this.parts;
    const patience = this.parts.reach.deadline(patienceMs);
    const objections = await this.waitForAll(
      this.endpoints.map((endpoint) => ({ endpoint, fingerprint })),
      { patienceMs: patience, signal: context.signal },
    );
    if (objections.length > 0)
      throw new OperationFailure('NOT_SERVED', `The new certificate is not served at ${objections.join('; ')}.`);
    step.summary(
      this.endpoints.length === 0
        ? 'no endpoint is named; the files were read back'
        : `served at ${this.endpoints.map(endpointName).join(', ')}`,
    );
  }

  /** Answers why something of ours may be left beside the files. That is no failure: what is served was verified. */
  async cleanUp(): Promise<string | null> {
    const clean = ({ files }: HostLink): Promise<void> => files.clean(this.files);
    try {
      await clean(this.linked).catch(() => this.insist(this.parts.reach.deadline(cleaningMs), clean));
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * For what may be done any number of times, whatever became of the login before: over logins of its own, until the
   * time in milliseconds is over. Errors: the last one that passes by itself, or at once one that does not.
   */
  async insist<Value>(
    milliseconds: number,
    work: (link: HostLink, signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const signal = AbortSignal.timeout(milliseconds);
    for (let last: unknown; ;) {
      let link: HostLink | undefined;
      try {
        link = await this.open(signal);
        return await work(link, signal);
      } catch (error) {
        if (signal.aborted) throw last ?? error;
        if (!isPassing(error)) throw error;
        last = error;
      } finally {
        link?.destroy();
      }
      await pause(betweenMs);
    }
  }

  private open(signal: AbortSignal): Promise<HostLink> {
    const { context, reach, host } = this.parts;
    return HostLink.open(reach, host, { signal, tell: (stream, line) => context.log(stream, `${line}\n`) });
  }

  /** Why not, for each endpoint that does not show its leaf in time. */
  async waitForAll(
    wanted: readonly { endpoint: Endpoint; fingerprint: string }[],
    { patienceMs: patience, signal }: { patienceMs: number; signal: AbortSignal },
  ): Promise<string[]> {
    const { policy } = this.parts;
    const waits = wanted.map(({ endpoint, fingerprint }) =>
      waitUntilServed(endpoint, { fingerprint, patienceMs: patience }, { policy, signal }),
    );
    return (await Promise.all(waits)).filter((objection) => objection !== null);
  }

  async close(): Promise<void> {
    await this.link?.close();
  }

  destroy(): void {
    this.link?.destroy();
  }

  private get linked(): HostLink {
    if (!this.link) throw new Error('The host is reached first.');
    return this.link;
  }

  /** How many tests there were. */
  private async testConfiguration(): Promise<number> {
    const commands = distinct(
      this.parts.targets.flatMap(({ checkCommand }) => (checkCommand === null ? [] : [checkCommand])),
    );
    for (const command of commands) await this.linked.commands.check(command);
    return commands.length;
  }

  private lookAtAll(): Promise<Remembered['servedBefore']> {
    const { policy, context } = this.parts;
    return Promise.all(
      this.endpoints.map(async (endpoint) => {
        const served = await lookAt(endpoint, policy, context.signal);
        return { endpoint, fingerprint: 'fingerprint' in served ? served.fingerprint : null };
      }),
    );
  }

  private async isServedEverywhere(): Promise<boolean> {
    const served = await this.lookAtAll();
    return served.length > 0 && served.every(({ fingerprint }) => fingerprint === this.parts.fingerprint);
  }
}

/** Two targets may share a server: it is asked once. */
export const distinct = <Value>(values: readonly Value[]): Value[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];
