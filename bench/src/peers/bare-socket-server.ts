/** Socket.IO and nothing else: emits what it is told to one room, and says when. The peer of the live line. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const room = 'connection:1';
const http = createServer();
const io = new Server(http, { transports: ['websocket'] });

io.on('connection', (socket) => {
  socket.on('subscribe:connection', (_id: unknown, acknowledge: (answer: { ok: true }) => void) => {
    void socket.join(room);
    acknowledge({ ok: true });
  });
});

process.on('message', (payload) => {
  const at = process.hrtime.bigint();
  io.to(room).emit('operation:update', payload);
  process.send?.({ at });
});
process.on('disconnect', () => process.exit(0));

http.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (http.address() as AddressInfo).port });
});
