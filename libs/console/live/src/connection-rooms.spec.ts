import { TestBed } from '@angular/core/testing';
import type { ConnectionSnapshot, Operation, OperationUpdate } from '@lockstep/contract';
import { ConnectionRooms } from './connection-rooms';
import { FakeCredentials, FakeSocket } from './fake-socket.testing';
import { LIVE_CREDENTIALS } from './live-credentials';
import { SOCKET_PORT } from './socket-port';

const settle = async () => await new Promise((resolve) => setTimeout(resolve));
const snapshot = (position: number, reset = false) => ({ ok: true, connectionId: 5, operations: [], position, reset });
const update = (position: number, connectionId = 5) => ({
  position,
  operation: { id: `operation-${position}`, connectionId } as Operation,
});

describe('ConnectionRooms', () => {
  let socket: FakeSocket;
  let rooms: ConnectionRooms;
  let updates: OperationUpdate[];
  let snapshots: ConnectionSnapshot[];

  beforeEach(() => {
    socket = new FakeSocket();
    const credentials = new FakeCredentials();
    TestBed.configureTestingModule({
      providers: [
        { provide: SOCKET_PORT, useValue: socket },
        { provide: LIVE_CREDENTIALS, useValue: credentials },
      ],
    });
    rooms = TestBed.inject(ConnectionRooms);
    updates = [];
    snapshots = [];
    rooms.updates.subscribe((seen) => updates.push(seen));
    rooms.snapshots.subscribe((seen) => snapshots.push(seen));
    credentials.tokens.next('token-1');
    socket.open();
  });

  async function join(position: number) {
    const stay = rooms.stay(5).subscribe();
    socket.last('subscribe:connection').answer(snapshot(position));
    await settle();
    return stay;
  }

  it('shares one room between two components and leaves it with the last one', async () => {
    const first = await join(10);
    const second = rooms.stay(5).subscribe();
    expect(socket.count('subscribe:connection')).toBe(1);
    first.unsubscribe();
    expect(socket.count('unsubscribe:connection')).toBe(0);
    second.unsubscribe();
    expect(socket.last('unsubscribe:connection').payload).toBe(5);
  });

  it('asks for the snapshot first and passes it on', async () => {
    await join(10);
    expect(socket.last('subscribe:connection').payload).toBe(5);
    expect(snapshots.map(({ position }) => position)).toEqual([10]);
    expect(rooms.link()).toEqual({ kind: 'live' });
  });

  it('resumes after the position it has, once the link is back, and applies each event once', async () => {
    await join(10);
    socket.receive('operation:update', update(11));
    socket.drop();
    expect(rooms.link().kind).toBe('offline');
    socket.open();
    expect(rooms.link()).toEqual({ kind: 'catching_up', missing: 0 });
    expect(socket.last('subscribe:connection').payload).toEqual({ connectionId: 5, after: 11 });
    socket.last('subscribe:connection').answer(snapshot(14));
    await settle();
    expect(rooms.link()).toEqual({ kind: 'catching_up', missing: 3 });
    for (const position of [11, 13, 14, 14]) socket.receive('operation:update', update(position));
    expect(updates.map(({ position }) => position)).toEqual([11, 13, 14]);
    expect(rooms.link()).toEqual({ kind: 'live' });
    expect(snapshots).toHaveLength(1);
  });

  it('subscribes again after the last good position when it sees a gap', async () => {
    await join(10);
    socket.receive('operation:update', update(13));
    expect(updates).toHaveLength(0);
    expect(socket.last('subscribe:connection').payload).toEqual({ connectionId: 5, after: 10 });
    expect(socket.count('subscribe:connection')).toBe(2);
    socket.receive('operation:update', update(12));
    socket.receive('operation:update', update(13));
    socket.last('subscribe:connection').answer(snapshot(13));
    await settle();
    expect(updates.map(({ position }) => position)).toEqual([12, 13]);
    expect(socket.count('subscribe:connection')).toBe(2);
  });

  it('counts log lines and updates in one order of positions', async () => {
    await join(10);
    const logs: number[] = [];
    rooms.logs.subscribe(({ position }) => logs.push(position));
    socket.receive('operation:log', { connectionId: 5, position: 11, lines: [] });
    socket.receive('operation:update', update(12));
    expect(logs).toEqual([11]);
    expect(updates.map(({ position }) => position)).toEqual([12]);
  });

  it('takes a fresh snapshot when the server says that what it had is void', async () => {
    await join(500);
    socket.drop();
    socket.open();
    socket.last('subscribe:connection').answer(snapshot(3, true));
    await settle();
    expect(snapshots.at(-1)).toMatchObject({ position: 3, reset: true });
    socket.receive('operation:update', update(4));
    expect(updates.at(-1)?.position).toBe(4);
  });

  it('passes on updates of connections whose room it is not in: they come by way of the activity', () => {
    socket.receive('operation:update', update(7, 99));
    expect(updates.map(({ position }) => position)).toEqual([7]);
  });

  it('tells when a room is refused, and does not ask for it again', async () => {
    const lost: (number | null)[] = [];
    rooms.accessLost.subscribe(({ connectionId }) => lost.push(connectionId));
    rooms.stay(5).subscribe();
    socket.last('subscribe:connection').answer({ ok: false, error: { code: 'NOT_FOUND', message: 'Not found' } });
    await settle();
    expect(lost).toEqual([5]);
    socket.drop();
    socket.open();
    expect(socket.count('subscribe:connection')).toBe(1);
  });
});
