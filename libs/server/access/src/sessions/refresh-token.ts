import { createHmac, timingSafeEqual } from 'node:crypto';

/** One of a session's refresh tokens. The first has generation 1; each rotation raises it. */
export interface RefreshToken {
  readonly sessionId: string;
  readonly generation: number;
}

const bodySize = 20;
const macSize = 32;

const mac = (key: Buffer, body: Buffer): Buffer => createHmac('sha256', key).update(body).digest();

/**
 * Session (16 bytes), generation (4), HMAC-SHA-256 (32), in base64url. Being computed and not drawn, the same one can be
 * given again to a tab that asks a moment later, or whose answer was lost; and an old one proves which family it is of.
 */
export function writeRefreshToken(key: Buffer, { sessionId, generation }: RefreshToken): string {
  const body = Buffer.alloc(bodySize);
  body.write(sessionId.replaceAll('-', ''), 'hex');
  body.writeUInt32BE(generation, 16);
  return Buffer.concat([body, mac(key, body)]).toString('base64url');
}

/** `undefined` for anything that Lockstep did not make. */
export function readRefreshToken(key: Buffer, text: string): RefreshToken | undefined {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== bodySize + macSize) return undefined;
  const body = bytes.subarray(0, bodySize);
  if (!timingSafeEqual(mac(key, body), bytes.subarray(bodySize))) return undefined;
  const hex = body.toString('hex', 0, 16);
  const sessionId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { sessionId, generation: body.readUInt32BE(16) };
}
