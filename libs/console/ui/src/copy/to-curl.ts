import type { RecordedRequest } from './curl-recorder';

const secretFields = new Set(['password', 'currentPassword', 'privateKey', 'passphrase', 'token']);

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
