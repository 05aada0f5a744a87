import { NotFoundException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { ProblemException } from './problem.exception.js';
import { toProblem, toProblemException } from './problem.filter.js';

const sqlError = (code: string, message = 'relation "secrets" does not exist') =>
  new QueryFailedError('SELECT secret', [], Object.assign(new Error(message), { code }));

describe('problems', () => {
  it('say 503 and when to come back while Postgres is away', () => {
    for (const code of ['57P01', '57P03', '08006', 'ECONNREFUSED']) {
      expect(toProblemException(sqlError(code))).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryAfter: 2 });
    }
  });

  it('tell nothing of SQL, stacks or our own words for what was not foreseen', () => {
    const problem = toProblem(toProblemException(sqlError('42P01')));
    expect(problem).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('keep the status of Nest’s own errors and of the body parser’s', () => {
    expect(toProblemException(new NotFoundException()).code).toBe('NOT_FOUND');
    expect(toProblemException(Object.assign(new Error('too large'), { status: 413 })).code).toBe('PAYLOAD_TOO_LARGE');
  });

  it('have the shape of RFC 9457 with a permanent code', () => {
    expect(toProblem(new ProblemException('NAME_TAKEN'))).toEqual({
      type: 'urn:lockstep:problem:name-taken',
      title: 'This name is taken',
      status: 409,
      detail: 'Choose another name.',
      code: 'NAME_TAKEN',
      correlationId: 'none',
    });
  });
});
