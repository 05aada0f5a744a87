import { Subject } from 'rxjs';
import type { LiveCredentials } from './live-credentials';
import type { SocketPort } from './socket-port';

type Listener = (payload: never) => void;

interface Request {
  readonly name: string;
  readonly payload: unknown;
  readonly answer: (answer: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** A socket in memory that a test plays the server of. */
export class FakeSocket implements SocketPort {
  connected = false;
  active = true;
  auth: SocketPort['auth'] = {};
  connects = 0;
  readonly requests: Request[] = [];
  private readonly listeners = new Map<string, Set<Listener>>();

  on<Payload>(event: string, listener: (payload: Payload) => void): void {
    const known = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, known.add(listener));
  }

  removeListener<Payload>(event: string, listener: (payload: Payload) => void): void {
    this.listeners.get(event)?.delete(listener);
  }

  connect(): never {
    this.connects += 1;
    return this as never;
  }

  disconnect(): never {
    this.connected = false;
    return this as never;
  }

  readonly emitWithAck = ((name: string, payload: unknown) =>
    new Promise<unknown>((answer, fail) =>
      this.requests.push({ name, payload, answer, fail }),
    )) as SocketPort['emitWithAck'];

  receive(event: string, payload?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(payload as never);
  }

  open(): void {
    this.connected = true;
    this.receive('connect');
  }

  drop(reason = 'transport close'): void {
    this.connected = false;
    for (const request of this.requests) request.fail(new Error('socket has been disconnected'));
    this.receive('disconnect', reason);
  }

  /** The newest request of this name. */
  last(name: string): Request {
    const found = this.requests.findLast((request) => request.name === name);
    if (found === undefined) throw new Error(`Nobody sent ${name}.`);
    return found;
  }

  count(name: string): number {
    return this.requests.filter((request) => request.name === name).length;
  }
}

/** Credentials that a test hands out. */
export class FakeCredentials implements LiveCredentials {
  readonly tokens = new Subject<string | null>();
  renewed: string | null = 'token-2';
  renewals = 0;

  token(): Promise<string | null> {
    return Promise.resolve('token-1');
  }

  renew(): Promise<string | null> {
    this.renewals += 1;
    return Promise.resolve(this.renewed);
  }
}
