import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of `src/peers` as a process of its own, as the server is, that speaks by messages. */
export class PeerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Runs `src/peers/<name>`. */
  static start(name: string, parameters: readonly string[] = [], env: NodeJS.ProcessEnv = {}): PeerProcess {
    const program = fileURLToPath(new URL(`../peers/${name}.js`, import.meta.url));
    const child = fork(program, [...parameters], {
      env: { ...process.env, NODE_ENV: 'production', ...env },
      serialization: 'advanced',
    });
    return new PeerProcess(child);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The peer did not start.');
    return this.child.pid;
  }

  send(message: object): void {
    this.child.send(message);
  }

  /** The next message. @throws when the peer ends instead */
  async next<Message>(): Promise<Message> {
    const stop = new AbortController();
    const { signal } = stop;
    try {
      return await Promise.race([
        once(this.child, 'message', { signal }).then(([message]) => message as Message),
        once(this.child, 'exit', { signal }).then(([code]) => {
          throw new Error(`A peer of the benchmark ended with code ${String(code)}.`);
        }),
      ]);
    } finally {
      stop.abort();
    }
  }

  ask<Answer>(message: object): Promise<Answer> {
    const answer = this.next<Answer>();
    this.send(message);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
  }
}
