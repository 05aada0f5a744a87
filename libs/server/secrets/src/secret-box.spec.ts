import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { MasterKey } from './master-key.js';
import { SecretBox, type SecretPlace, SecretUnreadableError } from './secret-box.js';

const newKey = (): MasterKey => MasterKey.parse(MasterKey.generate(), 'test');
const place: SecretPlace = { table: 'credentials', column: 'sealed', row: 5 };
const reasonOf = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    return error instanceof SecretUnreadableError ? error.reason : 'another error';
  }
  return undefined;
};

describe('SecretBox', () => {
  const key = newKey();
  const box = new SecretBox(key);

  it('opens what it sealed, of any length', () => {
    for (const secret of ['', 'x', 'pässwörd', 'k'.repeat(32_768)]) {
      expect(box.openText(box.seal(secret, place), place)).toBe(secret);
    }
  });

  it('seals the same secret differently each time and never in the clear', () => {
    const [one, two] = [box.seal('correct horse', place), box.seal('correct horse', place)];
    expect(one.equals(two)).toBe(false);
    expect(one.includes('correct horse')).toBe(false);
  });

  it('refuses a record with any single byte changed, at every position', () => {
    const sealed = box.seal('secret', place);
    for (let position = 0; position < sealed.length; position += 1) {
      const tampered = Buffer.from(sealed);
      tampered[position] = (tampered[position] ?? 0) ^ 1;
      expect(reasonOf(() => box.open(tampered, place))).toMatch(/damaged|unknown_key/);
    }
  });

  it('refuses a record that was cut or lengthened', () => {
    const sealed = box.seal('secret', place);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(reasonOf(() => box.open(sealed.subarray(0, length), place))).toBe('damaged');
    }
    expect(reasonOf(() => box.open(Buffer.concat([sealed, Buffer.of(0)]), place))).toBe('damaged');
  });

  it.each([
    { ...place, row: 6 },
    { ...place, column: 'other' },
    { ...place, table: 'users' },
    { table: 'credentials', column: 'sealed","5', row: '' },
  ])('refuses a record moved to $table $column $row', (other) => {
    const sealed = box.seal('secret', place);
    expect(reasonOf(() => box.open(sealed, other))).toBe('damaged');
  });

  it('takes a row id as number or text for the same row', () => {
    expect(box.openText(box.seal('secret', place), { ...place, row: '5' })).toBe('secret');
  });

  it('says that another master key wrapped it', () => {
    expect(reasonOf(() => new SecretBox(newKey()).open(box.seal('secret', place), place))).toBe('unknown_key');
  });

  it('re-wraps for a new master key, after which the old one is not needed', () => {
    const next = newKey();
    const during = new SecretBox(next, [key]);
    const old = box.seal('secret', place);
    expect(during.isStale(old)).toBe(true);
    expect(during.openText(old, place)).toBe('secret');
    const fresh = during.rewrap(old, place);
    if (fresh === undefined) throw new Error('nothing was re-wrapped');
    expect(new SecretBox(next).openText(fresh, place)).toBe('secret');
    expect(reasonOf(() => box.open(fresh, place))).toBe('unknown_key');
    expect(during.isStale(fresh)).toBe(false);
    expect(during.rewrap(fresh, place)).toBeUndefined();
  });

  it('does not re-wrap a record for another place than its own', () => {
    const during = new SecretBox(newKey(), [key]);
    expect(reasonOf(() => during.rewrap(box.seal('secret', place), { ...place, row: 6 }))).toBe('damaged');
  });

  it('shows no key when it is printed or serialised', () => {
    const text = MasterKey.generate();
    const shown = MasterKey.parse(text, 'test');
    const printed = [
      inspect(new SecretBox(shown), { depth: 9, showHidden: true }),
      JSON.stringify(shown),
      inspect(shown),
    ].join();
    expect(printed).not.toContain(text);
    expect(printed).not.toContain(shown.wrappingKey.toString('hex').slice(0, 8));
  });
});
