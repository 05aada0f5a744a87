import { HttpErrorResponse } from '@angular/common/http';
import { DOCUMENT, Injectable, computed, inject, signal } from '@angular/core';
import { Api, refreshSession, signIn, signOut } from '@lockstep/console-api';
import type { LiveCredentials } from '@lockstep/console-live/credentials';
import { mayRole, type Permission, type Session as SessionAnswer } from '@lockstep/contract';
import { BehaviorSubject, filter, firstValueFrom } from 'rxjs';
import { SessionChannel } from './session-channel';

/** `expired`: someone was signed in and must sign in again; the page they are on stays. */
export type SessionState = 'unknown' | 'signed_in' | 'signed_out' | 'expired';

/** A token is renewed when this share of its life is over. */
const renewAfter = 0.8;
/** A token with less than this to live, in milliseconds, is not sent any more. */
const leastLife = 5_000;

/** Who is signed in. The access token is in memory only; the refresh token is in a cookie that no script can read. */
@Injectable({ providedIn: 'root' })
export class Session implements LiveCredentials {
  private readonly api = inject(Api);
  private readonly channel = inject(SessionChannel);
  private readonly storage = inject(DOCUMENT).defaultView?.localStorage;
  private readonly answer = signal<SessionAnswer | null>(null);
  private readonly phase = signal<SessionState>('unknown');
  private readonly tokenSubject = new BehaviorSubject<string | null>(null);
  private expiresAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private renewal: Promise<string | null> | null = null;

  readonly state = this.phase.asReadonly();
  readonly user = computed(() => this.answer()?.user ?? null);
  readonly tokens = this.tokenSubject.asObservable();

  constructor() {
    this.channel.messages.subscribe((message) => {
      if (message === 'signed_out') this.end('signed_out');
      else if (this.phase() !== 'signed_in') void this.renew().catch(() => undefined);
    });
  }

  /** Whether the signed-in user's role allows it. The server decides; this only spares them buttons that would be refused. */
  may(permission: Permission): boolean {
    const user = this.user();
    return user !== null && mayRole(user.role, permission);
  }

  /** Picks up the session of this browser, if there is one. Asks only where someone signed in before, so that a first visit causes no error. */
  async start(): Promise<void> {
    if (this.storage?.getItem(hintKey) === 'yes') await this.renew().catch(() => undefined);
    if (this.phase() === 'unknown') this.phase.set('signed_out');
  }

  async signIn(username: string, password: string): Promise<void> {
    this.adopt(await this.api.invoke(signIn, { body: { username, password } }));
    this.channel.post('signed_in');
  }

  /** Takes a session that the server just answered. */
  adopt(answer: SessionAnswer): void {
    this.answer.set(answer);
    this.phase.set('signed_in');
    this.expiresAt = Date.now() + answer.expiresIn * 1_000;
    this.storage?.setItem(hintKey, 'yes');
    this.tokenSubject.next(answer.accessToken);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.renew().catch(() => undefined), answer.expiresIn * 1_000 * renewAfter);
  }

  async signOut(): Promise<void> {
    // Every tab knows before the server does: it cuts the links of an ended session, and whoever does not know why would
    // ask for a fresh token and be refused.
    this.channel.post('signed_out');
    this.end('signed_out');
    await this.api.invoke(signOut).catch(() => undefined);
  }

  async token(): Promise<string | null> {
    if (this.phase() === 'expired') await this.whenSignedIn();
    const current = this.tokenSubject.value;
    if (current === null || Date.now() < this.expiresAt - leastLife) return current;
    return await this.renew().catch(() => current);
  }

  /** Resolves once someone is signed in (again). */
  async whenSignedIn(): Promise<string | null> {
    return await firstValueFrom(this.tokens.pipe(filter((token) => token !== null)));
  }

  /** A fresh token, or null when one has to sign in again. Rejects when the server could not be asked. */
  async renew(): Promise<string | null> {
    this.renewal ??= this.channel.oneTabAtATime(() => this.refresh()).finally(() => (this.renewal = null));
    return await this.renewal;
  }

  private async refresh(): Promise<string | null> {
    try {
      const answer = await this.api.invoke(refreshSession);
      this.adopt(answer);
      return answer.accessToken;
    } catch (error) {
      if (!(error instanceof HttpErrorResponse) || error.status < 400 || error.status >= 500) throw error;
      this.end(this.user() === null ? 'signed_out' : 'expired');
      return null;
    }
  }

  private end(state: 'signed_out' | 'expired'): void {
    clearTimeout(this.timer);
    if (state === 'signed_out') this.answer.set(null);
    this.storage?.removeItem(hintKey);
    this.phase.set(state);
    this.tokenSubject.next(null);
  }
}

const hintKey = 'lockstep.signed-in';
