import { runInNewContext } from 'node:vm';
import { buildAsyncapiDocument, buildOpenapiDocument } from './index.js';

/** A frozen server loses its leases after seconds; a pattern in linear time needs a millisecond for these. */
const deadlineMs = 5_000;
const pieces = [':', '.', '-', '_', 'a', '0', 'A', '/', '+', '=', ' ', '\t', 'a.', '0:', 'a-', 'a '];
const hostile = pieces.map((piece) => `${piece.repeat(200_000 / piece.length)}\u0001`);

function patternsOf(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  if ('pattern' in value && typeof value.pattern === 'string') found.add(value.pattern);
  for (const part of Object.values(value)) patternsOf(part, found);
  return found;
}

// zod tries a pattern also on a text that is longer than its maximum, so a limit of length does not help.
const patterns = patternsOf([buildOpenapiDocument({ version: '0' }), buildAsyncapiDocument({ version: '0' })]);

it('finds the patterns', () => expect(patterns.size).toBeGreaterThan(5));

it.each([...patterns])('decides about any text in linear time: %s', (source) => {
  const pattern = new RegExp(source, 'u');
  for (const text of hostile) runInNewContext('pattern.test(text)', { pattern, text }, { timeout: deadlineMs });
});
