import { ProblemException } from '@lockstep/server-http';
import { commonWords, knownPhrases } from './common-words.js';

const lookalikes: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};
const keyboardRows = [
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
];

const lettersOf = (text: string): string => text.replace(/[^a-z]/g, '');

/** The letters of a password as a guesser reads them: with digits and signs left out, and read as the letters they stand for. */
function readings(password: string): string[] {
  const lower = password.toLowerCase();
  const decoded = [...lower].map((character) => lookalikes[character] ?? character).join('');
  const withoutEnds = lower.replace(/^[^a-z]+|[^a-z]+$/g, '');
  const decodedInside = [...withoutEnds].map((character) => lookalikes[character] ?? character).join('');
  return [...new Set([lower, decoded, decodedInside].map(lettersOf))];
}

/** Whether the letters are nothing but words of the set, one after the other. */
function isMadeOf(letters: string, words: ReadonlySet<string>): boolean {
  const reachable = new Set([0]);
  for (let end = 1; end <= letters.length; end += 1) {
    for (const start of reachable) {
      if (words.has(letters.slice(start, end))) {
        reachable.add(end);
        break;
      }
    }
  }
  return letters.length > 0 && reachable.has(letters.length);
}

/** Whether it is one short piece again and again: `abcabcabcabc`. */
const isRepetition = (text: string): boolean => /^(.{1,4})\1+.{0,3}$/su.test(text);

/** Whether it only runs along the alphabet, the digits or a row of keys, either way. */
function isWalk(text: string): boolean {
  const rows = keyboardRows.flatMap((row) => [row.repeat(3), [...row].toReversed().join('').repeat(3)]);
  return text.length > 0 && rows.some((row) => row.includes(text));
}

/**
 * Why a password of sufficient length is refused all the same, or `undefined`. Instead of a list of millions it asks
 * what those millions have in common: common words, names of the user, digits, repetition, rows of keys.
 */
export function findPasswordFault(password: string, username: string): string | undefined {
  const lower = password.toLowerCase();
  if (isRepetition(lower) || isWalk(lower)) return 'is a repetition or a row of keys';
  if (!/\p{L}/u.test(password)) return 'has no letters';
  // The words are English and German; about other scripts they say nothing.
  if (/[^\x20-\x7e]/.test(password)) return undefined;
  const isKnown = (letters: string): boolean =>
    knownPhrases.has(letters) || isMadeOf(letters, wordsWith(username)) || isWalk(letters) || isRepetition(letters);
  return readings(password).some(isKnown)
    ? 'is easy to guess: it is made of common words, or of the user name'
    : undefined;
}

const wordsWith = (username: string): ReadonlySet<string> => {
  const lower = username.toLowerCase();
  return new Set([...commonWords, lettersOf(lower), ...lower.split(/[^a-z]+/)].filter((word) => word !== ''));
};

/** @throws {ProblemException} VALIDATION_FAILED that names the field. */
export function assertGoodPassword(password: string, username: string): void {
  const fault = findPasswordFault(password, username);
  if (fault === undefined) return;
  const message = `${fault}; choose several unrelated words, or let a password manager make one`;
  throw new ProblemException('VALIDATION_FAILED', `body.password: ${message}`, {
    errors: [{ path: 'body.password', message }],
  });
}
