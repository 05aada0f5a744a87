/** Of the names that Cisco documents the longest has some 60 characters. */
const longest = 120;

/**
 * Why this cannot be a service's name on Cisco VOS, in a sentence; null when it can. The name becomes part of a line that is
 * typed into a command line interface: nothing that could end the line or mean something there is taken.
 */
export function refuseVosName(name: string): string | null {
  if (!/^[A-Za-z0-9 _().&/-]+$/.test(name)) {
    return 'A service’s name on Cisco VOS has letters, digits, spaces and - _ ( ) . & / only, as `utils service list` writes it.';
  }
  if (name.length > longest) return `A service’s name on Cisco VOS has at most ${String(longest)} characters.`;
  if (!/^[A-Za-z0-9]/.test(name)) return 'A service’s name on Cisco VOS begins with a letter or a digit.';
  if (/ {2}| $/.test(name)) return 'A service’s name on Cisco VOS has one space between words and none at its end.';
  return null;
}
