import { matchesGlob } from './glob.js';

const matches = (pattern: string, text: string): boolean => matchesGlob(pattern, text, { star: () => true });

describe('a pattern of sudoers', () => {
  it.each([
    ['restart -- nginx.service', 'restart -- nginx.service'],
    ['restart *', 'restart -- nginx.service'],
    ['restart -- *.service', 'restart -- a.b.service'],
    ['a?c', 'abc'],
    ['worker@[0-9].service', 'worker@7.service'],
    ['[!x]b', 'ab'],
    ['a\\:b\\\\x2d', 'a:b\\x2d'],
    ['*', ''],
    ['a**b', 'ab'],
  ])('%s fits %s', (pattern, text) => expect(matches(pattern, text)).toBe(true));

  it.each([
    ['restart -- nginx.service', 'restart -- nginx.service2'],
    ['restart -- nginx.service', 'restart nginx.service'],
    ['a\\x2d', 'a\\x2d'],
    ['worker@[0-9].service', 'worker@x.service'],
    ['[!x]b', 'xb'],
    ['a?c', 'ac'],
    ['', 'a'],
  ])('%s does not fit %s', (pattern, text) => expect(matches(pattern, text)).toBe(false));

  it('keeps a star to its own letters', () => {
    const inFolder = { star: (letter: string): boolean => letter !== '/' };
    expect(matchesGlob('/usr/bin/*', '/usr/bin/systemctl', inFolder)).toBe(true);
    expect(matchesGlob('/usr/*', '/usr/bin/systemctl', inFolder)).toBe(false);
  });

  it('is answered in no time, however it was made to take long', () => {
    const begun = performance.now();
    expect(matches('a*'.repeat(1_000), 'a'.repeat(3_000) + 'b')).toBe(true);
    expect(matches(`${'a*'.repeat(300)}c`, 'a'.repeat(3_000))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
