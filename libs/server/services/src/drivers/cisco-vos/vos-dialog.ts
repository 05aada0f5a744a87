/** What the command line interface says last when it waits for us. */
export type VosPause =
  | { readonly kind: 'prompt' }
  /** More of the output waits for a key. */
  | { readonly kind: 'page'; readonly key: string }
  | { readonly kind: 'question'; readonly words: string; readonly no: string };

/** As the documentation and recorded sessions of CUCM, CUC and Finesse show them; escape sequences are gone by then. */
const prompt = '(?:^|[\\r\\n])admin:[ \\t]*';
const pressKey = 'Press <enter> for 1 line, <space> for one page, or <q> to quit\\s*';
const options =
  'options: q=quit, n=next, p=prev, b=begin, e=end \\(lines \\d+ - (?<last>\\d+) of (?<total>\\d+)\\)\\s*:\\s*';
const question = '[^\\r\\n]*(?:\\(y\\/n\\)|\\(yes\\/no\\)|\\[y\\/n\\])[?: \\t]*';

/** Whatever it waits with, at the end of what was said. */
export const pausePattern = new RegExp(
  `(?:(?<prompt>${prompt})|(?<pressKey>${pressKey})|(?<options>${options})|(?<question>${question}))$`,
  'i',
);

export function pauseOf({ groups = {} }: RegExpExecArray): VosPause {
  if (groups['prompt'] !== undefined) return { kind: 'prompt' };
  if (groups['pressKey'] !== undefined) return { kind: 'page', key: ' ' };
  const words = groups['question']?.trim();
  if (words !== undefined) return { kind: 'question', words, no: /yes\/no/i.test(words) ? 'no\r' : 'n\r' };
  return { kind: 'page', key: groups['last'] === groups['total'] ? 'q' : 'n' };
}

const pauses = new RegExp(`^admin:[ \\t]*|${pressKey}|${options}`, 'gi');

/** A line as it would be if nothing had been waited for in it. */
export const withoutPauses = (line: string): string => line.replace(pauses, '');
