import { connect } from 'node:net';
import { AcmeError } from '../../acme-error.js';
import { within } from '../../limit.js';
import { type Reach, connectionTo } from '../../reach.js';
import { uint16 } from './wire.js';

export interface DnsServer {
  readonly host: string;
  /** 53 unless told. */
  readonly port?: number;
  /** Where connections may go; anywhere unless told. */
  readonly reach?: Reach;
}

const answerMs = 10_000;

/** Sends one message over TCP, which every server takes (RFC 7766), and gives the answer. @throws {AcmeError} */
export async function exchange(server: DnsServer, message: Buffer, signal: AbortSignal): Promise<Buffer> {
  const { host, port = 53 } = server;
  const where = `The DNS server ${host} port ${String(port)}`;
  const way = await connectionTo(server.reach, host, port).catch((cause: unknown) => {
    throw new AcmeError('DNS_REFUSED', `${where} cannot be reached: ${(cause as Error).message}`, { cause });
  });
  const socket = connect({ host, port, ...way });
  const answer = new Promise<Buffer>((resolve, reject) => {
    let received = Buffer.alloc(0);
    let isSent = false;
    const fail = (words: string): void =>
      reject(new AcmeError(isSent ? 'UNEXPECTED_ANSWER' : 'DNS_REFUSED', `${where} ${words}.`));
    socket.on('connect', () => (isSent = true));
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      const length = received.length >= 2 ? received.readUInt16BE(0) : Infinity;
      if (received.length < length + 2) return;
      if (length < 12) fail('gave an answer that is none');
      else resolve(received.subarray(2, length + 2));
    });
    socket.on('error', (error) => fail(`cannot be reached: ${error.message}`));
    socket.on('close', () => fail('closed the connection without an answer'));
    socket.write(Buffer.concat([uint16(message.length), message]));
  });
  try {
    return await within({ deadlineMs: answerMs, signal }, where, () => answer);
  } finally {
    socket.destroy();
  }
}
