import { defineRoute } from '@lockstep/contract';
import { z } from 'zod';
import { readInput } from './input.decorator.js';
import { ProblemException } from './problem.exception.js';

const route = defineRoute({
  operationId: 'test',
  method: 'post',
  path: '/things/{id}',
  tag: 'System',
  summary: '',
  requires: 'anonymous',
  params: z.strictObject({ id: z.string().transform(Number) }),
  body: z.strictObject({ name: z.string(), size: z.number().default(1) }),
  success: { status: 204 },
});
const read = (body: unknown) =>
  readInput(route, { params: { id: '7' }, query: { ignored: '1' }, headers: {}, body } as never);

describe('the input of a route', () => {
  it('is what the schemas make of the request, and nothing that is not declared', () => {
    expect(read({ name: 'a' })).toEqual({
      params: { id: 7 },
      query: undefined,
      headers: undefined,
      body: { name: 'a', size: 1 },
    });
  });

  it('is refused with every fault at once, unknown fields too', () => {
    expect.assertions(2);
    try {
      read({ size: 'big', extra: true });
    } catch (error) {
      expect(error).toBeInstanceOf(ProblemException);
      expect((error as ProblemException).errors?.map(({ path }) => path).sort()).toEqual([
        'body',
        'body.name',
        'body.size',
      ]);
    }
  });

  it('is refused in words that end a sentence about the field', () => {
    const body = z.strictObject({
      name: z.string().min(1).max(4),
      size: z.number().min(2).max(9),
      role: z.enum(['viewer', 'operator']),
      tags: z.array(z.string()).max(1),
      count: z.number().int(),
      mail: z.email(),
      unit: z.string().regex(/^a/, 'must begin with a'),
    });
    const faults = (value: unknown): Record<string, string> => {
      try {
        readInput({ ...route, params: undefined, body }, { body: value } as never);
      } catch (error) {
        return Object.fromEntries(
          (error as ProblemException).errors?.map(({ path, message }) => [path, message]) ?? [],
        );
      }
      return {};
    };
    expect(faults({ name: '', size: 1, role: 'king', tags: ['a', 'b'], count: 1.5, mail: 'no', unit: 'b' })).toEqual({
      'body.name': 'is empty',
      'body.size': 'must be at least 2',
      'body.role': 'must be one of viewer, operator',
      'body.tags': 'must have at most 1 item',
      'body.count': 'must be a whole number',
      'body.mail': 'must be an e-mail address',
      'body.unit': 'must begin with a',
    });
    expect(faults({ name: 'abcde', size: 10, tags: 'a', count: true, more: 1, unit: 'a' })).toMatchObject({
      body: 'has what is not known: more',
      'body.name': 'must have at most 4 characters',
      'body.size': 'must be at most 9',
      'body.role': 'is missing',
      'body.tags': 'must be a list',
      'body.count': 'must be a number',
      'body.mail': 'is missing',
    });
  });
});
