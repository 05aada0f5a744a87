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
});
