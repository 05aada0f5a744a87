/** What a pasted address says. Only what was there is set. */
export interface ParsedAddress {
  readonly host: string;
  readonly username?: string;
  readonly port?: number;
  /** The jump host's name as in `-J`, which must be a saved connection. */
  readonly jump?: string;
}

/** Options of ssh(1) that take a value; of these only `-p`, `-l`, `-J` and `-o` tell us something. */
const withValue = /^-[BbcDEeFIiJLlmOoPpQRSWw]/;

/**
 * Reads what people paste: `ssh user@host -p 2222`, `user@host:2222`, `ssh://user@host:2222`, `[2001:db8::1]:22`, `host`.
 * Null when there is no host in it. Does not judge the names; the contract's schemas do.
 */
export function parseAddress(text: string): ParsedAddress | null {
  const words = splitWords(text.trim());
  if (words[0] === 'ssh' || words[0]?.endsWith('/ssh') === true) words.shift();
  const found: Options = {};
  let destination: string | undefined;
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (word.startsWith('-')) readOption(word, words, found);
    else destination ??= word;
  }
  const parsed = destination === undefined ? null : parseDestination(destination);
  return parsed === null ? null : { ...parsed, ...found };
}

interface Options {
  username?: string;
  port?: number;
  jump?: string;
}

function readOption(word: string, rest: string[], found: Options): void {
  if (!withValue.test(word)) return;
  const value = word.length > 2 ? word.slice(2) : rest.shift();
  if (value === undefined) return;
  if (word.startsWith('-p')) setPort(value, found);
  if (word.startsWith('-l')) found.username = value;
  if (word.startsWith('-J')) found.jump = value;
  if (word.startsWith('-o')) readConfigOption(value, found);
}

/** `-o Port=2222`, `-o "User deploy"`. */
function readConfigOption(option: string, found: Options): void {
  const [, name = '', value = ''] = /^\s*(\w+)\s*[=\s]\s*(.+)$/.exec(option) ?? [];
  if (name.toLowerCase() === 'port') setPort(value, found);
  if (name.toLowerCase() === 'user') found.username = value;
  if (name.toLowerCase() === 'proxyjump') found.jump = value;
}

function setPort(text: string, found: Options): void {
  if (/^\d{1,5}$/.test(text)) found.port = Number(text);
}

function parseDestination(text: string): ParsedAddress | null {
  const bare = text.replace(/^(?:ssh|sftp):\/\//, '').replace(/\/.*$/, '');
  const at = bare.lastIndexOf('@');
  const username = at > 0 ? (bare.slice(0, at).split(':')[0] ?? '') : '';
  const [host, port] = splitPort(bare.slice(at + 1));
  if (host === '') return null;
  return { host, ...(username === '' ? {} : { username }), ...(port === undefined ? {} : { port }) };
}

/** An IPv6 address without brackets has colons of its own: none of them begins a port. */
function splitPort(text: string): readonly [string, number | undefined] {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  if (bracketed !== null) return [bracketed[1] ?? '', bracketed[2] === undefined ? undefined : Number(bracketed[2])];
  const plain = /^([^:]+):(\d{1,5})$/.exec(text);
  if (plain !== null) return [plain[1] ?? '', Number(plain[2])];
  return [text, undefined];
}

/** Words as a shell would see them; quotes keep spaces together. */
const splitWords = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
