import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** argon2id (RFC 9106) with 46 MiB and one pass: about 60 ms on one core. */
const cost = { memory: 47_104, passes: 1, parallelism: 1 };
const sizes = { salt: 16, tag: 32 };

type Cost = Pick<Argon2Parameters, 'memory' | 'passes' | 'parallelism'>;

const encode = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

const computeTag = (password: string, salt: Buffer, parameters: Cost & { tagLength: number }): Promise<Buffer> =>
  // One password, typed on two systems, may come in two Unicode forms (RFC 8265 §4.2.2).
  derive('argon2id', { message: password.normalize('NFC'), nonce: salt, ...parameters });

/** The hash to be kept, in PHC string format with its salt and cost. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(sizes.salt);
  const tag = await computeTag(password, salt, { ...cost, tagLength: sizes.tag });
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(salt)}$${encode(tag)}`;
}

const format = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Whether it is the password of that hash. Takes as long for a wrong one as for the right one. */
export async function verifyPassword(password: string, kept: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = format.exec(kept) ?? [];
  if (salt === undefined || tag === undefined) throw new Error('A kept password hash has an unknown format.');
  const expected = Buffer.from(tag, 'base64');
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const actual = await computeTag(password, Buffer.from(salt, 'base64'), { ...parameters, tagLength: expected.length });
  return timingSafeEqual(actual, expected);
}

let decoy: Promise<string> | undefined;

/** The hash of a password that nobody knows, so that an unknown user takes as long as a known one. */
export const decoyHash = (): Promise<string> => (decoy ??= hashPassword(randomBytes(32).toString('base64')));
