import { TestBed } from '@angular/core/testing';
import { FakeCredentials, FakeSocket } from './fake-socket.testing';
import { LIVE_CREDENTIALS } from './live-credentials';
import { LiveSocket } from './live-socket';
import { SOCKET_PORT } from './socket-port';

describe('LiveSocket', () => {
  let socket: FakeSocket;
  let credentials: FakeCredentials;
  let live: LiveSocket;

  beforeEach(() => {
    jest.useFakeTimers();
    socket = new FakeSocket();
    credentials = new FakeCredentials();
    TestBed.configureTestingModule({
      providers: [
        { provide: SOCKET_PORT, useValue: socket },
        { provide: LIVE_CREDENTIALS, useValue: credentials },
      ],
    });
    live = TestBed.inject(LiveSocket);
  });

  afterEach(() => jest.useRealTimers());

  it('connects only once someone is signed in, with the token in the handshake', async () => {
    expect(socket.connects).toBe(0);
    credentials.tokens.next('token-1');
    expect(socket.connects).toBe(1);
    const give = jest.fn();
    (socket.auth as (give: (auth: object) => void) => void)(give);
    await Promise.resolve();
    expect(give).toHaveBeenCalledWith({ token: 'token-1' });
  });

  it('sends a fresh token on the live socket instead of connecting anew', () => {
    credentials.tokens.next('token-1');
    socket.open();
    credentials.tokens.next('token-2');
    expect(socket.last('authenticate').payload).toEqual({ token: 'token-2' });
    expect(socket.connects).toBe(1);
  });

  it('renews a refused token and tries again', async () => {
    credentials.tokens.next('token-1');
    socket.active = false;
    socket.receive('connect_error', new Error('Invalid authentication'));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(credentials.renewals).toBe(1);
    expect(socket.connects).toBe(2);
  });

  it('asks to sign in again when no token is to be had', async () => {
    credentials.renewed = null;
    credentials.tokens.next('token-1');
    socket.open();
    socket.drop('io server disconnect');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(live.state()).toEqual({ kind: 'signed_out' });
    expect(socket.connects).toBe(1);
  });

  it('goes on trying for ever, with growing pauses', async () => {
    credentials.tokens.next('token-1');
    socket.active = false;
    const tries: number[] = [];
    for (let refusal = 0; refusal < 10; refusal += 1) {
      const before = Date.now();
      const known = socket.connects;
      socket.receive('connect_error', new Error('websocket error'));
      while (socket.connects === known) await jest.advanceTimersByTimeAsync(100);
      tries.push(Date.now() - before);
    }
    expect(tries[0]).toBeLessThan(1_000);
    expect(tries.at(-1)).toBeGreaterThan(20_000);
    expect(tries.at(-1)).toBeLessThan(40_000);
    expect(live.state().kind).toBe('offline');
  });

  it('tries at once when the browser is online again', () => {
    credentials.tokens.next('token-1');
    socket.open();
    socket.drop();
    window.dispatchEvent(new Event('online'));
    expect(socket.connects).toBe(2);
  });

  it('stays silent after signing out', () => {
    credentials.tokens.next('token-1');
    socket.open();
    credentials.tokens.next(null);
    window.dispatchEvent(new Event('online'));
    expect(live.state()).toEqual({ kind: 'idle' });
    expect(socket.connects).toBe(1);
  });
});
