import { createPrivateKey, randomBytes } from 'node:crypto';

/** A secret that is to be found nowhere, in each of the forms that it could be hidden in. */
export class Canary {
  private readonly forms: readonly string[];

  constructor(
    readonly name: string,
    ...secrets: (string | Buffer)[]
  ) {
    this.forms = secrets.flatMap((secret) =>
      typeof secret === 'string' ? [...formsOf(Buffer.from(secret, 'utf8')), secret] : formsOf(secret),
    );
  }

  isIn(text: string): boolean {
    return this.forms.some((form) => text.includes(form));
  }
}

/** Hexadecimal as Postgres prints bytes, and base64 whatever stood before it: the first and last characters may differ. */
function formsOf(bytes: Buffer): string[] {
  const base64 = [0, 1, 2].flatMap((before) => {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    return [shifted.toString('base64'), shifted.toString('base64url')].map((text) =>
      text.replace(/=+$/, '').slice(4, -2),
    );
  });
  return [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64];
}

export const newSecret = (name: string): string => `canary-${name}-${randomBytes(9).toString('hex')}`;

/** The lines of a private key's body; any one of them would give it away. The first names the format only. */
export const keyLines = (privateKey: string): string[] => privateKey.trim().split('\n').slice(2, -1);

/** The private members of a JWK (RFC 7518 §6.2.2, §6.3.2), wherever they stand in whatever encoding of a private key. */
export function privateMembers(privateKey: string): Buffer[] {
  const jwk = createPrivateKey(privateKey).export({ format: 'jwk' });
  return (['d', 'p', 'q', 'dp', 'dq', 'qi'] as const).flatMap((member) => {
    const value = jwk[member];
    return typeof value === 'string' ? [Buffer.from(value, 'base64url')] : [];
  });
}
