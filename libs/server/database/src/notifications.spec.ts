import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import { Notifications } from './notifications.js';

describe('the LISTEN connection', () => {
  const sockets: Socket[] = [];
  let silent: Server;

  beforeAll(async () => {
    silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('can be stopped while a server accepts it and then says nothing', async () => {
    const { port } = silent.address() as AddressInfo;
    const notifications = new Notifications(`postgres://nobody@127.0.0.1:${String(port)}/none`);
    notifications.start();
    await once(silent, 'connection');
    await notifications.stop();
  }, 15_000);
});
