import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Listens on loopback, on the port it had before (0: none), or on another where that is taken. Answers the port. */
export async function listenAgain(server: Server, port: number): Promise<number> {
  await listen(server, port).catch(() => listen(server, 0));
  return (server.address() as AddressInfo).port;
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
