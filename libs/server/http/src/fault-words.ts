import type { z } from 'zod';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
/** What a length is counted in; other values are compared themselves. */
const units: Readonly<Record<string, string>> = { string: 'character', array: 'item', record: 'field' };
const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  url: 'a URL',
  uuid: 'a UUID',
  datetime: 'a time as in ISO 8601, for example 2026-11-23T12:00:00Z',
};

/**
 * What is wrong with a value, as the end of a sentence that begins with its name. Schemas with words of their own keep them;
 * undefined leaves the rest to zod.
 */
export function faultWords(issue: Issue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return must(kinds[issue.expected]);
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return must(formats[issue.format]);
    case 'too_small':
      return issue.minimum === 1 && issue.origin in units
        ? 'is empty'
        : limit(issue, issue.inclusive === true ? 'at least' : 'more than', issue.minimum);
    case 'too_big':
      return limit(issue, issue.inclusive === true ? 'at most' : 'less than', issue.maximum);
    case 'unrecognized_keys':
      return `has what is not known: ${issue.keys.join(', ')}`;
    default:
      return undefined;
  }
}

const must = (be: string | undefined): string | undefined => (be === undefined ? undefined : `must be ${be}`);

function limit({ origin }: { origin: string }, bound: string, value: number | bigint): string {
  const unit = units[origin];
  if (unit === undefined) return `must be ${bound} ${String(value)}`;
  return `must have ${bound} ${String(value)} ${unit}${Number(value) === 1 ? '' : 's'}`;
}
