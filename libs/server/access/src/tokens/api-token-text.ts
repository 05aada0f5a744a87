import { createHash, randomBytes } from 'node:crypto';

const prefix = 'lks_';

/** A new API token: 256 random bits behind a prefix by which scanners find leaked ones. */
export const newApiToken = (): string => `${prefix}${randomBytes(32).toString('base64url')}`;

export const looksLikeApiToken = (token: string): boolean => token.startsWith(prefix);

/** What is kept of it. No slow hash is needed for 256 random bits. */
export const hashApiToken = (token: string): Buffer => createHash('sha256').update(token).digest();
