import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { signalProcess } from './process-tree.js';

/** A server program that runs for a test and is ended with it. */
export class Program {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (this.output += String(data)));
  }

  static start([program, ...parameters]: [string, ...string[]], env: Record<string, string> = {}): Program {
    const child = spawn(program, parameters, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    // A test that fails to stop it must not keep the whole run from ending.
    child.unref();
    return new Program(child);
  }

  get log(): string {
    return this.output;
  }

  /** @throws with its words when it has ended by itself */
  assertRunning(): void {
    const { exitCode, spawnfile } = this.child;
    if (exitCode !== null) throw new Error(`${spawnfile} ended with ${exitCode}: ${this.output}`);
  }

  /** Stops it where it is: connections stay open and nothing answers. */
  freeze(): void {
    if (this.child.pid) signalProcess(this.child.pid, 'SIGSTOP');
  }

  thaw(): void {
    if (this.child.pid) signalProcess(this.child.pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    if (!this.child.pid || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.ref();
    signalProcess(this.child.pid, 'SIGKILL');
    await once(this.child, 'exit');
  }
}

/** Which Debian package is missing for a program at this path, as a reason; undefined: it is there. */
export function whyMissing(program: string, debianPackage: string): Promise<string | undefined> {
  return access(program).then(
    () => undefined,
    () => `"apt-get install ${debianPackage}" is missing`,
  );
}
