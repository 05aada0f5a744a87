import { DOCUMENT, Injectable, computed, inject, signal } from '@angular/core';
import {
  handshakeErrors,
  type ClientAnswer,
  type ClientEventName,
  type ClientPayload,
  type ServerEventName,
  type ServerPayload,
} from '@lockstep/contract';
import { Observable, Subject, fromEvent, share } from 'rxjs';
import { LIVE_CREDENTIALS } from './live-credentials';
import { SOCKET_PORT } from './socket-port';

/** The first pause before a refused link is tried again; it doubles up to half a minute. In milliseconds. */
const firstPause = 500;
const longestPause = 30_000;

type Link =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'signed_out' }
  | { readonly kind: 'offline'; readonly since: number };

/** The application's one socket. It is connected while someone is signed in, and tries again for ever. */
@Injectable({ providedIn: 'root' })
export class LiveSocket {
  private readonly socket = inject(SOCKET_PORT);
  private readonly credentials = inject(LIVE_CREDENTIALS);
  private readonly link = signal<Link>({ kind: 'idle' });
  private readonly connections = new Subject<void>();
  private readonly streams = new Map<ServerEventName, Observable<unknown>>();
  private pause = firstPause;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private isWanted = false;

  readonly state = this.link.asReadonly();
  readonly isConnected = computed(() => this.link().kind === 'connected');
  /** Each time the socket is connected, also after it was away: the moment to subscribe. */
  readonly connected = this.connections.asObservable();

  constructor() {
    this.socket.auth = (give: (auth: object) => void) =>
      void this.credentials.token().then((token) => give(token === null ? {} : { token }));
    this.socket.on('connect', () => this.onConnect());
    this.socket.on('disconnect', (reason: string) => this.onDisconnect(reason));
    this.socket.on('connect_error', (error: Error) => this.onConnectError(error));
    this.credentials.tokens.subscribe((token) => this.onToken(token));
    const view = inject(DOCUMENT).defaultView;
    if (view !== null) {
      fromEvent(view, 'online').subscribe(() => this.reconnectNow());
      fromEvent(view, 'offline').subscribe(() => this.onBrowserOffline());
    }
  }

  /** What the server sends under this name. One listener for all subscribers; no change detection run for each event. */
  events<Name extends ServerEventName>(name: Name): Observable<ServerPayload<Name>> {
    const known = this.streams.get(name) as Observable<ServerPayload<Name>> | undefined;
    if (known !== undefined) return known;
    const stream = new Observable<ServerPayload<Name>>((subscriber) => {
      const listener = (payload: ServerPayload<Name>) => subscriber.next(payload);
      this.socket.on(name, listener);
      return () => void this.socket.removeListener(name, listener);
    }).pipe(share());
    this.streams.set(name, stream);
    return stream;
  }

  /** Sends and waits for the acknowledgement. Rejects when the link is lost before it came. */
  async request<Name extends ClientEventName>(name: Name, payload: ClientPayload<Name>): Promise<ClientAnswer<Name>> {
    if (!this.socket.connected) throw new Error('The socket is not connected.');
    return (await this.socket.emitWithAck(name, payload)) as ClientAnswer<Name>;
  }

  private onToken(token: string | null): void {
    if (token === null) return this.stop();
    this.isWanted = true;
    if (this.socket.connected) void this.request('authenticate', { token }).catch(() => undefined);
    else if (this.link().kind === 'idle' || this.link().kind === 'signed_out') this.connect();
  }

  private connect(): void {
    this.link.update((link) => (link.kind === 'offline' ? link : { kind: 'connecting' }));
    this.socket.connect();
  }

  private stop(): void {
    this.isWanted = false;
    clearTimeout(this.retry);
    this.socket.disconnect();
    this.link.set({ kind: 'idle' });
  }

  private onConnect(): void {
    this.pause = firstPause;
    this.link.set({ kind: 'connected' });
    this.connections.next();
  }

  private onDisconnect(reason: string): void {
    if (!this.isWanted) return;
    this.markOffline();
    // Socket.IO comes back by itself after a lost transport, but not after the server ended the socket.
    if (reason === 'io server disconnect') this.connectWithFreshToken();
  }

  private onConnectError(error: Error): void {
    if (!this.isWanted) return;
    this.markOffline();
    const isRefused = error.message === handshakeErrors.invalid || error.message === handshakeErrors.missing;
    if (isRefused) this.connectWithFreshToken();
    else if (!this.socket.active) this.connectLater();
  }

  private connectWithFreshToken(): void {
    const decide = (token: string | null) => {
      if (token !== null) this.connectLater();
      else if (this.isWanted) this.link.set({ kind: 'signed_out' });
    };
    this.credentials.renew().then(decide, () => this.connectLater());
  }

  private connectLater(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(
      () => this.isWanted && !this.socket.connected && this.connect(),
      this.pause * (0.75 + Math.random() / 2),
    );
    this.pause = Math.min(longestPause, this.pause * 2);
  }

  private markOffline(): void {
    if (this.link().kind !== 'offline') this.link.set({ kind: 'offline', since: Date.now() });
  }

  private onBrowserOffline(): void {
    if (this.socket.connected) this.reconnectNow();
  }

  /** Ends whatever pause is running; a link that only seems to live is given up too. */
  private reconnectNow(): void {
    if (!this.isWanted || this.link().kind === 'signed_out') return;
    this.pause = firstPause;
    clearTimeout(this.retry);
    this.markOffline();
    this.socket.disconnect();
    this.socket.connect();
  }
}
