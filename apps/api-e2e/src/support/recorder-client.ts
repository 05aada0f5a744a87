import {
  type ClientAnswer,
  type ClientEventName,
  type ConnectionSnapshot,
  type OperationLog,
  type OperationUpdate,
  serverEvents,
  type ServerEventName,
} from '@lockstep/contract';
import { waitUntil } from '@lockstep/server-testing';
import { io, type Socket } from 'socket.io-client';
import type { StoredEvent } from './event-table.js';

type Message = { readonly name: ServerEventName; readonly payload: unknown };

/** Opens a socket as a console would. Nothing is tried again by itself. */
export function openSocket(url: string, auth: Record<string, unknown>, headers: Record<string, string> = {}): Socket {
  return io(url, {
    path: '/socket.io/',
    transports: ['websocket'],
    auth,
    extraHeaders: headers,
    reconnection: false,
    forceNew: true,
  });
}

/** Resolves with undefined once connected, or with the message that the handshake was refused with. */
export function handshake(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('connect_error', (error) => resolve(error.message));
  });
}

/** Sends a client event and gives its acknowledgement. */
export function ask<Name extends ClientEventName>(
  socket: Socket,
  name: Name,
  payload?: unknown,
): Promise<ClientAnswer<Name>> {
  const values = payload === undefined ? [] : [payload];
  return socket.timeout(30_000).emitWithAck(name, ...values) as Promise<ClientAnswer<Name>>;
}

/**
 * A client that follows one connection and keeps every position that it is sent, through cuts and resumes on whatever
 * replica. It never forgives: a position that comes twice, out of order or after a hole is a fault.
 */
export class RecorderClient {
  readonly faults: string[] = [];
  readonly received: { position: number; payload: OperationUpdate | OperationLog }[] = [];
  readonly resets: number[] = [];
  private readonly messages: Message[] = [];
  /** Where it began to follow. */
  from = 0;
  position: number | undefined;
  socket: Socket | undefined;

  constructor(
    private readonly token: string,
    readonly connectionId: number,
  ) {}

  /** Connects and subscribes, with its cursor when it has one. */
  async follow(
    url: string,
    prepare: (socket: Socket) => void = () => undefined,
  ): Promise<ConnectionSnapshot & { ok: true }> {
    const socket = openSocket(url, { token: this.token });
    this.socket = socket;
    this.listen(socket);
    prepare(socket);
    const refused = await handshake(socket);
    if (refused !== undefined) throw new Error(`The handshake was refused: ${refused}`);
    const payload = { connectionId: this.connectionId, ...(this.position !== undefined && { after: this.position }) };
    const answer = await ask(socket, 'subscribe:connection', payload);
    if (!answer.ok) throw new Error(`Not subscribed: ${answer.error.message}`);
    return answer;
  }

  /** Cuts the line without a word, as a lost network would. */
  cut(): void {
    this.socket?.io.engine.close();
    this.socket?.removeAllListeners();
    this.socket = undefined;
  }

  /** Waits until it has been told a position. */
  async reaches(position: number, deadlineMs = 5_000): Promise<void> {
    await waitUntil(
      `position ${String(position)} arrives`,
      () => ((this.position ?? 0) >= position ? true : undefined),
      deadlineMs,
    );
  }

  /** How what it was sent differs from the table; empty when nothing was missed, doubled or changed. */
  differences(stored: readonly StoredEvent[]): string[] {
    const expected = stored
      .filter(({ position }) => position > this.from)
      .map(({ position, data }) => [position, data.operation ?? data.lines]);
    const got = this.received.map(({ position, payload }) => [
      position,
      'operation' in payload ? payload.operation : payload.lines,
    ]);
    const differences = [...this.faults, ...this.messages.splice(0).flatMap(misshapen)];
    if (got.length !== expected.length)
      differences.push(`${String(got.length)} events instead of ${String(expected.length)}`);
    const at = expected.findIndex((entry, index) => !isSame(entry, got[index]));
    if (at >= 0) differences.push(`entry ${String(at)} is not what the table says`);
    return differences;
  }

  private listen(socket: Socket): void {
    socket.onAny((name: ServerEventName, payload: unknown) => {
      this.messages.push({ name, payload });
      if (name === 'operation:update' || name === 'operation:log')
        this.apply(payload as OperationUpdate | OperationLog);
      if (name === 'connection:operations') this.begin(payload as ConnectionSnapshot);
    });
  }

  private begin({ position, reset }: ConnectionSnapshot): void {
    if (this.position === undefined || reset) {
      if (reset) this.resets.push(position);
      this.from = position;
      this.received.length = 0;
    } else if (this.position !== position) {
      this.faults.push(
        `the snapshot is at ${String(position)}, and what came before it ended at ${String(this.position)}`,
      );
    }
    this.position = position;
  }

  private apply(payload: OperationUpdate | OperationLog): void {
    const { position } = payload;
    const last = this.position ?? 0;
    if (position <= last) this.faults.push(`position ${String(position)} came after ${String(last)}`);
    else if (position !== last + 1) this.faults.push(`a hole between ${String(last)} and ${String(position)}`);
    this.position = position;
    this.received.push({ position, payload });
  }
}

/** Whatever a server sends must be what the contract says. Looked at in the end, so that it costs no time on the way. */
function misshapen({ name, payload }: Message): string[] {
  const checked = serverEvents[name].payload.safeParse(payload);
  return checked.success ? [] : [`${name}: ${checked.error.message}`];
}

const isSame = (left: unknown, right: unknown): boolean => sorted(left) === sorted(right);

/** JSON with sorted keys: jsonb keeps no order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
