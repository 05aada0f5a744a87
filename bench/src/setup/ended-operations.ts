import type { Operation, OperationUpdate } from '@lockstep/contract';
import { io } from 'socket.io-client';
import type { LockstepUnderTest } from './lockstep.js';

/** Hears by a socket, as the console does, which operations end. */
export class EndedOperations {
  private ended: Operation[] = [];
  private hear: () => void = () => undefined;

  private constructor(private readonly socket: ReturnType<typeof io>) {
    socket.on('operation:update', ({ operation }: OperationUpdate) => {
      if (operation.completedAt === null) return;
      this.ended.push(operation);
      this.hear();
    });
  }

  static async listen({ server, token }: LockstepUnderTest): Promise<EndedOperations> {
    const socket = io(server.url, { transports: ['websocket'], auth: { token } });
    const listener = new EndedOperations(socket);
    const answer = (await socket.timeout(10_000).emitWithAck('subscribe:activity')) as { ok: boolean };
    if (!answer.ok) throw new Error(`The activity cannot be followed: ${JSON.stringify(answer)}`);
    return listener;
  }

  /** The next `count` operations that end. @throws when one of them did not complete, or after a minute */
  async next(count: number): Promise<Operation[]> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The operations did not end within a minute.')), 60_000);
      this.hear = () => {
        if (this.ended.length < count) return;
        clearTimeout(timer);
        resolve();
      };
      this.hear();
    });
    const ended = this.ended.splice(0, count);
    const failed = ended.find(({ status }) => status !== 'completed');
    if (!failed) return ended;
    const { type, connectionName, status, error } = failed;
    throw new Error(`${type} of ${connectionName} ended as ${status}: ${error ?? ''}`);
  }

  close(): void {
    this.socket.disconnect();
  }
}
