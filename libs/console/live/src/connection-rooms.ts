import { Injectable, computed, inject, signal } from '@angular/core';
import type { AccessLost, ConnectionSnapshot, OperationLog, OperationUpdate } from '@lockstep/contract';
import { Observable, Subject } from 'rxjs';
import type { LinkState } from './link-state';
import { LiveSocket } from './live-socket';
import { RoomCursor } from './room-cursor';

interface Room {
  readonly cursor: RoomCursor;
  members: number;
}

/** Rooms of connections: counted, resumed by position, each event applied once and in order. */
@Injectable({ providedIn: 'root' })
export class ConnectionRooms {
  private readonly socket = inject(LiveSocket);
  private readonly rooms = new Map<number, Room>();
  private readonly snapshotSubject = new Subject<ConnectionSnapshot>();
  private readonly updateSubject = new Subject<OperationUpdate>();
  private readonly logSubject = new Subject<OperationLog>();
  private readonly lostSubject = new Subject<AccessLost>();
  /** Null: some room has not been answered yet. */
  private readonly missing = signal<number | null>(0);

  readonly snapshots = this.snapshotSubject.asObservable();
  readonly updates = this.updateSubject.asObservable();
  readonly logs = this.logSubject.asObservable();
  readonly accessLost = this.lostSubject.asObservable();

  readonly link = computed((): LinkState => {
    const state = this.socket.state();
    if (state.kind !== 'connected') return state;
    const missing = this.missing();
    return missing === 0 ? { kind: 'live' } : { kind: 'catching_up', missing: missing ?? 0 };
  });

  constructor() {
    this.socket.connected.subscribe(() => this.joinAll());
    this.socket.events('operation:update').subscribe((update) => this.onUpdate(update));
    this.socket.events('operation:log').subscribe((log) => this.onLog(log));
    this.socket.events('access:lost').subscribe((lost) => this.onAccessLost(lost));
  }

  /** In the room of this connection from the first subscriber on until the last one leaves. Emits nothing itself. */
  stay(connectionId: number): Observable<never> {
    return new Observable<never>(() => {
      this.enter(connectionId);
      return () => this.leave(connectionId);
    });
  }

  private enter(connectionId: number): void {
    const known = this.rooms.get(connectionId);
    if (known !== undefined) {
      known.members += 1;
      return;
    }
    const room: Room = { cursor: new RoomCursor(), members: 1 };
    this.rooms.set(connectionId, room);
    if (this.socket.isConnected()) void this.join(connectionId, room);
  }

  private leave(connectionId: number): void {
    const room = this.rooms.get(connectionId);
    if (room === undefined) return;
    room.members -= 1;
    if (room.members > 0) return;
    this.rooms.delete(connectionId);
    this.count();
    if (this.socket.isConnected())
      void this.socket.request('unsubscribe:connection', connectionId).catch(() => undefined);
  }

  private joinAll(): void {
    for (const [connectionId, room] of this.rooms) void this.join(connectionId, room);
  }

  private async join(connectionId: number, room: Room): Promise<void> {
    room.cursor.beginJoin();
    this.count();
    const after = room.cursor.position;
    try {
      const answer = await this.socket.request(
        'subscribe:connection',
        after === null ? connectionId : { connectionId, after },
      );
      if (this.rooms.get(connectionId) !== room) return;
      if (answer.ok) this.onJoined(room, answer);
      else this.onRefused(connectionId, answer.error.message);
    } catch {
      // The link went away; the next connect joins again.
    }
    this.count();
  }

  private onJoined(room: Room, snapshot: ConnectionSnapshot): void {
    const isResumed = room.cursor.position !== null && !snapshot.reset;
    room.cursor.joined(snapshot.position, snapshot.reset);
    if (!isResumed) this.snapshotSubject.next(snapshot);
  }

  private onRefused(connectionId: number, message: string): void {
    this.rooms.delete(connectionId);
    this.lostSubject.next({ scope: 'connection', connectionId, message });
  }

  private onUpdate(update: OperationUpdate): void {
    if (this.shallApply(update.operation.connectionId, update.position)) this.updateSubject.next(update);
  }

  private onLog(log: OperationLog): void {
    if (this.shallApply(log.connectionId, log.position)) this.logSubject.next(log);
  }

  private shallApply(connectionId: number, position: number): boolean {
    const room = this.rooms.get(connectionId);
    // Not our room: it came by way of the activity, whose updates are whole operations with their own sequence.
    if (room === undefined) return true;
    const verdict = room.cursor.receive(position);
    if (verdict === 'gap') void this.join(connectionId, room);
    if (verdict === 'apply') this.count();
    return verdict === 'apply';
  }

  private onAccessLost(lost: AccessLost): void {
    if (lost.connectionId !== null) this.rooms.delete(lost.connectionId);
    this.count();
    this.lostSubject.next(lost);
  }

  private count(): void {
    let sum = 0;
    for (const { cursor } of this.rooms.values()) {
      if (cursor.missing === null) return this.missing.set(null);
      sum += cursor.missing;
    }
    this.missing.set(sum);
  }
}
