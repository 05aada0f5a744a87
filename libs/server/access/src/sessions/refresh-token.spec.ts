import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readRefreshToken, writeRefreshToken } from './refresh-token.js';

describe('a refresh token', () => {
  const key = randomBytes(32);
  const token = { sessionId: '018f3c2a-1b2c-4d3e-9f00-aabbccddeeff', generation: 3_000_000_000 };
  const text = writeRefreshToken(key, token);

  it('reads as it was written, and is the same each time', () => {
    expect(readRefreshToken(key, text)).toEqual(token);
    expect(writeRefreshToken(key, token)).toBe(text);
  });

  it('is refused with any byte changed', () => {
    const bytes = Buffer.from(text, 'base64url');
    for (let position = 0; position < bytes.length; position += 1) {
      const tampered = Buffer.from(bytes);
      tampered[position] = (tampered[position] ?? 0) ^ 1;
      expect(readRefreshToken(key, tampered.toString('base64url'))).toBeUndefined();
    }
  });

  it.each(['', 'x', 'é', text.slice(4), `${text}AAAA`])('is not %j', (other) => {
    expect(readRefreshToken(key, other)).toBeUndefined();
  });

  it('is refused under another key', () => {
    expect(readRefreshToken(randomBytes(32), text)).toBeUndefined();
  });
});
