import type { LogLine, Operation, OperationStep, StepStatus } from '@lockstep/contract';
import { toOperation } from '../model/operation.mapper.js';
import type { Claim } from './claims.js';
import { JoinedOutput } from './joined-output.js';
import {
  OperationCancelled,
  OperationFailure,
  type OperationContext,
  type StepHandle,
  type StepPlan,
} from './operation-handler.js';
import type { Change } from './operation-journal.js';
import type { OperationRecorder } from './operation-recorder.js';
import { cleanFacts, cleanText } from './text.js';

/** Milliseconds for which progress and log lines are collected: at most ten events a second. */
const joinMs = 100;

/** Thrown by `park`; the worker turns it into the transition. */
export class OperationParked extends Error {
  constructor(
    readonly until: Date,
    readonly reason: string,
    readonly forChildren = false,
  ) {
    super(reason);
  }
}

/** Begun, and to go on in a later run. */
export const isParked = ({ status, startedAt }: OperationStep): boolean => status === 'pending' && startedAt !== null;

/** What a run leaves for the event that ends it. */
interface Settled {
  readonly before: readonly Change[];
  readonly steps: OperationStep[];
  readonly facts: Record<string, unknown>;
  readonly progress: number;
}

/** One worker's run of one operation: what its handler sees, written down in order. */
export class OperationRun implements OperationContext {
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  private readonly steps: OperationStep[];
  private readonly output: JoinedOutput;
  private readonly handle: { step: string | null } = { step: null };
  private newFacts: Record<string, unknown> = {};
  private latest: { progress: number; message: string };
  private dirty = false;
  /** What has happened and is not written yet, in order. */
  private changes: Change[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writes: Promise<void> = Promise.resolve();

  constructor(
    claim: Claim,
    private readonly recorder: OperationRecorder,
    readonly signal: AbortSignal,
    private readonly more: { readonly plan: readonly StepPlan[]; readonly onWriteFailed: (error: unknown) => void },
  ) {
    this.operation = toOperation(claim.operation);
    this.input = claim.operation.input;
    this.attempt = claim.operation.attempt;
    this.steps = structuredClone(claim.operation.steps);
    this.output = new JoinedOutput(claim.operation.logBytes);
    this.latest = { progress: claim.operation.progress, message: claim.operation.message };
  }

  async step<Result>(name: string, body: (step: StepHandle) => Promise<Result>): Promise<Result> {
    this.signal.throwIfAborted();
    this.recorder.assertTrusted();
    const step = this.find(name);
    // One that was parked in its middle goes on, and is not begun anew.
    const startedAt = isParked(step) ? step.startedAt : new Date().toISOString();
    Object.assign(step, { status: 'running', startedAt, endedAt: null, message: null });
    this.latest.message = step.title;
    this.handle.step = name;
    this.collectState('step_started');
    if (this.safetyOf(step) === 'read') this.schedule();
    else await this.flush();
    if (this.signal.aborted) this.takeBack(step);
    try {
      const result = await body({ summary: (text) => (step.message = cleanText(text)) });
      await this.endStep(step, 'completed');
      return result;
    } catch (error) {
      await this.endFailedStep(step, error);
      throw error;
    } finally {
      this.handle.step = null;
    }
  }

  /** Announced and stopped before it began: nothing was done, and an operation that has ended shows no step that runs. */
  private takeBack(step: OperationStep): never {
    Object.assign(step, { status: 'skipped', startedAt: null });
    this.handle.step = null;
    throw this.signal.reason;
  }

  skip(name: string, reason: string): void {
    Object.assign(this.find(name), { status: 'skipped', message: cleanText(reason) });
    this.touch();
  }

  progress(percent: number, message?: string): void {
    this.latest.progress = Math.max(this.latest.progress, Math.min(99, Math.floor(percent)));
    if (message !== undefined) this.latest.message = cleanText(message);
    this.touch();
  }

  log(stream: LogLine['stream'], text: string): void {
    this.output.add(stream, text, this.handle.step);
    this.schedule();
  }

  facts(facts: Record<string, unknown>): void {
    Object.assign(this.newFacts, cleanFacts(facts));
    this.touch();
  }

  park(until: Date, reason: string): never {
    throw new OperationParked(until, cleanText(reason));
  }

  awaitChildren(until: Date, reason: string): never {
    throw new OperationParked(until, cleanText(reason), true);
  }

  /** What is not written yet, and the last state of steps and facts for the ending event. */
  async settle(): Promise<Settled> {
    clearTimeout(this.timer);
    await this.writes;
    this.output.endLines(this.handle.step);
    this.collect();
    const [before, facts] = [this.changes, this.newFacts];
    this.changes = [];
    this.newFacts = {};
    return { before, steps: this.steps, facts, progress: this.latest.progress };
  }

  /** Nothing is written any more. */
  abandon(): void {
    clearTimeout(this.timer);
  }

  /** Whether this run began a step that must not be done twice. */
  get hasActed(): boolean {
    return this.steps.some((step) => step.startedAt !== null && !this.isRepeatable(step));
  }

  private isRepeatable(step: OperationStep): boolean {
    return ['read', 'repeatable'].includes(this.safetyOf(step));
  }

  /** What is not in the plan any more may have been anything. */
  private safetyOf({ name }: OperationStep): StepPlan['safety'] {
    return this.more.plan.find((step) => step.name === name)?.safety ?? 'at_most_once';
  }

  private find(name: string): OperationStep {
    const step = this.steps.find((candidate) => candidate.name === name);
    if (!step) throw new Error(`${this.operation.type} has no step ${name} in its plan`);
    return step;
  }

  private async endStep(step: OperationStep, status: StepStatus): Promise<void> {
    Object.assign(step, { status, endedAt: new Date().toISOString() });
    const done = this.steps.filter(
      (candidate) => candidate.status === 'completed' || candidate.status === 'skipped',
    ).length;
    this.latest.progress = Math.max(this.latest.progress, Math.min(99, Math.floor((100 * done) / this.steps.length)));
    this.output.endLines(step.name);
    this.collectState('step_ended');
    // The end of a step that may be done again is written together with what follows it; a worker lost before that does it again.
    if (status === 'completed' && this.isRepeatable(step)) this.schedule();
    else await this.flush();
  }

  private async endFailedStep(step: OperationStep, error: unknown): Promise<void> {
    if (error instanceof OperationParked) {
      step.status = 'pending';
      return;
    }
    if (this.signal.aborted && !(error instanceof OperationFailure)) {
      // How it ended is told by the operation's own end; a lost lease may not be written at all.
      Object.assign(step, { status: 'cancelled', endedAt: new Date().toISOString() });
      return;
    }
    step.message = error instanceof OperationFailure ? cleanText(error.message) : step.message;
    await this.endStep(step, error instanceof OperationCancelled ? 'cancelled' : 'failed');
  }

  private touch(): void {
    this.dirty = true;
    this.schedule();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush().catch(this.more.onWriteFailed);
    }, joinMs);
  }

  /** Events are written one after the other, in the order in which things happened; what came together in one go. */
  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.collect();
    const next = this.writes.then(async () => {
      const { changes } = this;
      this.changes = [];
      if (changes.length > 0) await this.recorder.record(changes);
    });
    this.writes = next.catch(() => undefined);
    return next;
  }

  private collect(): void {
    this.collectLines();
    if (this.dirty) this.collectState('progress');
  }

  private collectLines(): void {
    for (const lines of this.output.take()) this.changes.push(() => ({ kind: 'log', lines }));
  }

  private collectState(kind: 'progress' | 'step_started' | 'step_ended'): void {
    this.collectLines();
    this.dirty = false;
    const facts = this.newFacts;
    this.newFacts = {};
    const steps = this.steps.map((step) => ({ ...step }));
    const { progress, message } = this.latest;
    this.changes.push((operation) => ({
      kind,
      with: {
        steps,
        message,
        progress: Math.max(progress, operation.progress),
        metadata: { ...operation.metadata, ...facts },
      },
    }));
  }
}
