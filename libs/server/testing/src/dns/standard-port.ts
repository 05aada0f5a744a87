import { randomInt } from 'node:crypto';
import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A name server's place where everybody looks for one. */
export interface StandardPort {
  readonly address: string;
  stop(): void;
}

/**
 * Passes questions by UDP at port 53 of an address of loopback, which nobody else has, to another port. For root. BIND itself
 * listens only at addresses that an interface has been given.
 */
export async function answerAtStandardPort(port: number): Promise<StandardPort> {
  const address = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const open = new Set<Socket>();
  const front = createSocket('udp4');
  front.on('message', (question, from) => {
    const back = createSocket('udp4');
    open.add(back);
    const done = (): void => {
      if (open.delete(back)) back.close();
    };
    back.on('error', done);
    back.once('message', (answer) => front.send(answer, from.port, from.address, done));
    back.send(question, port, '127.0.0.1');
  });
  await once(front.bind(53, address), 'listening');
  return {
    address,
    stop: () => {
      for (const socket of open) socket.close();
      open.clear();
      front.close();
    },
  };
}
