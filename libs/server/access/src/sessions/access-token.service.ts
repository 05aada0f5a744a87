import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { z } from 'zod';
import { AccessKeys } from '../keys/access-keys.js';

/** Seconds that an access token counts. Sign-out and disabling take effect at once all the same: the session is looked up. */
export const accessTokenLife = 15 * 60;

const Claims = z.object({ sub: z.string().regex(/^\d+$/), sid: z.uuid(), exp: z.number().int() });
const algorithm = 'HS256';

/** Access tokens are JWTs (RFC 7519) that name a session; rights are read from the database, never from the token. */
@Injectable()
export class AccessTokenService {
  constructor(
    @Inject(JwtService) private readonly jwt: JwtService,
    @Inject(AccessKeys) private readonly keys: AccessKeys,
  ) {}

  sign(userId: number, sessionId: string): Promise<string> {
    const options = {
      secret: this.keys.accessToken,
      algorithm,
      expiresIn: accessTokenLife,
      subject: String(userId),
    } as const;
    return this.jwt.signAsync({ sid: sessionId }, options);
  }

  /** Which session the token names and until when; `undefined` for a forged, expired or foreign one. */
  async read(token: string): Promise<{ sessionId: string; userId: number; expiresAt: Date } | undefined> {
    try {
      const payload: unknown = await this.jwt.verifyAsync(token, {
        secret: this.keys.accessToken,
        algorithms: [algorithm],
      });
      const { sid, sub, exp } = Claims.parse(payload);
      return { sessionId: sid, userId: Number(sub), expiresAt: new Date(exp * 1_000) };
    } catch {
      return undefined;
    }
  }
}
