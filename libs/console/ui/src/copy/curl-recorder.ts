import { Injectable, inject, signal } from '@angular/core';
import { NavigationStart, Router } from '@angular/router';

export interface RecordedRequest {
  readonly method: string;
  /** Path with query, from the root of this origin. */
  readonly path: string;
  readonly body: unknown;
}

const secretFields = new Set(['password', 'currentPassword', 'privateKey', 'passphrase', 'token']);

/** Remembers what the page just asked of the API, so that it can be done again from a terminal. */
@Injectable({ providedIn: 'root' })
export class CurlRecorder {
  private readonly latest = signal<RecordedRequest | null>(null);
  /** The newest change made from this page, or else the newest reading. */
  readonly request = this.latest.asReadonly();

  constructor() {
    inject(Router).events.subscribe((event) => {
      if (event instanceof NavigationStart) this.latest.set(null);
    });
  }

  record(request: RecordedRequest): void {
    const known = this.latest();
    if (known !== null && known.method !== 'GET' && request.method === 'GET') return;
    this.latest.set(request);
  }
}

/** A command for a POSIX shell. Secrets are left out; the token is expected in an environment variable. */
export function toCurl(request: RecordedRequest, origin: string): string {
  const parts = ['curl'];
  if (request.method !== 'GET') parts.push(`-X ${request.method}`);
  parts.push('-H "Authorization: Bearer $LOCKSTEP_TOKEN"');
  if (request.body !== null && request.body !== undefined) {
    parts.push(`-H 'Content-Type: application/json'`, `-d ${quote(JSON.stringify(request.body, withoutSecrets))}`);
  }
  parts.push(quote(origin + request.path));
  return parts.join(' ');
}

const withoutSecrets = (name: string, value: unknown): unknown =>
  secretFields.has(name) && typeof value === 'string' ? '…' : value;

const quote = (text: string): string => `'${text.replaceAll(`'`, `'\\''`)}'`;
