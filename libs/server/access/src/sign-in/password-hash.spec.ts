import { describe, expect, it } from '@jest/globals';
import { decoyHash, hashPassword, verifyPassword } from './password-hash.js';

describe('a kept password', () => {
  it('is argon2id with at least 46 MiB and its own salt', async () => {
    const [one, two] = await Promise.all([hashPassword('umbrella'), hashPassword('umbrella')]);
    const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$[^$]{22}\$[^$]{43}$/.exec(one) ?? [];
    expect(Number(memory)).toBeGreaterThanOrEqual(46 * 1_024);
    expect(Number(passes)).toBeGreaterThanOrEqual(1);
    expect(one).not.toBe(two);
  });

  it('is told from any other, also of another length or case', async () => {
    const kept = await hashPassword('umbrella');
    const tries = ['umbrella', 'Umbrella', 'umbrell', 'umbrella ', ''];
    expect(await Promise.all(tries.map((password) => verifyPassword(password, kept)))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('is the same in composed and decomposed Unicode', async () => {
    expect(await verifyPassword('cafe\u0301', await hashPassword('caf\u00e9'))).toBe(true);
  });

  it('with another cost, of an older version, still opens', async () => {
    // argon2id, m=64, t=2, p=1, password «umbrella», made by the reference implementation's format
    const { argon2Sync } = await import('node:crypto');
    const salt = Buffer.from('0123456789abcdef');
    const tag = argon2Sync('argon2id', {
      message: 'umbrella',
      nonce: salt,
      memory: 64,
      passes: 2,
      parallelism: 1,
      tagLength: 32,
    });
    const encode = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
    expect(await verifyPassword('umbrella', `$argon2id$v=19$m=64,t=2,p=1$${encode(salt)}$${encode(tag)}`)).toBe(true);
  });

  it('in a format that nobody knows is an error and no refusal', async () => {
    await expect(verifyPassword('x', '$2b$10$abc')).rejects.toThrow('unknown format');
  });

  it('has a decoy, one for the whole process', async () => {
    expect(await decoyHash()).toBe(await decoyHash());
    expect(await verifyPassword('', await decoyHash())).toBe(false);
  });
});
