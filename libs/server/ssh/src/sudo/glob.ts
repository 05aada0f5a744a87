type Token = { readonly kind: 'star' } | { readonly kind: 'one'; fits(letter: string): boolean };

/**
 * Whether a whole text fits a pattern of fnmatch(3): `*`, `?`, sets in brackets, and a backslash before a letter that is
 * meant as such. In time that grows with the product of both lengths at worst, because hosts give the patterns.
 */
export function matchesGlob(pattern: string, text: string, { star }: { star: (letter: string) => boolean }): boolean {
  const tokens = readTokens(pattern, star);
  let [at, token] = [0, 0];
  let retry: { at: number; token: number } | undefined;
  while (at < text.length || token < tokens.length) {
    const current = tokens[token];
    const letter = text.charAt(at);
    if (current?.kind === 'star') {
      token += 1;
      retry = { at, token };
    } else if (current && letter !== '' && current.fits(letter)) {
      at += 1;
      token += 1;
    } else if (retry && retry.at < text.length && star(text.charAt(retry.at))) {
      retry.at += 1;
      ({ at, token } = retry);
    } else return false;
  }
  return true;
}

function readTokens(pattern: string, any: (letter: string) => boolean): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    const set = letter === '[' ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(pattern.slice(at)) : null;
    if (letter === '*') tokens.push({ kind: 'star' });
    else if (letter === '?') tokens.push({ kind: 'one', fits: any });
    else if (set) {
      tokens.push({ kind: 'one', fits: setOf(set[2] ?? '', set[1] !== '') });
      at += set[0].length - 1;
    } else {
      if (letter === '\\') at += 1;
      const meant = pattern.charAt(at);
      tokens.push({ kind: 'one', fits: (other) => other === meant });
    }
  }
  return tokens;
}

function setOf(members: string, inverted: boolean): (letter: string) => boolean {
  const ranges = [...members.matchAll(/([^])-([^])|([^])/g)].map(([, from, to, one]) => [from ?? one, to ?? one]);
  return (letter) => ranges.some(([from = '', to = '']) => from <= letter && letter <= to) !== inverted;
}
