const allowed = 'abcxyzABC0189:_.\\@-';
const hostile = ` \t\n\r\0\u0001$\`'"|&;<>(){}[]*?!~#%^=,/éｎ\u200b\u202e`;
const suffixes = ['.service', '.socket', '.timer', '.path', '.mount', '.target', '', '.slice', '.conf'];

/** Names made by chance, always the same ones: about half could be a unit's, the others have a letter that means something. */
export function generatedNames(count: number, seed = 20_261_122): string[] {
  let state = seed;
  // A linear congruential generator (Numerical Recipes): by its constants, the same names on each machine.
  const pick = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const letter = (letters: string): string => letters.charAt(pick(letters.length));
  return Array.from({ length: count }, () => {
    const length = 1 + pick(pick(10) === 0 ? 250 : 30);
    const stem = Array.from({ length }, () => letter(allowed));
    if (pick(2) === 0) stem[pick(length)] = letter(hostile);
    return stem.join('') + (suffixes[pick(10)] ?? '.service');
  });
}
