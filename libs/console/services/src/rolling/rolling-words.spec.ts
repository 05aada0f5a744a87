import type { Operation } from '@lockstep/contract';
import { hostsOf, partsOf } from './rolling-words';

const operation = (fields: Partial<Operation>): Operation =>
  ({
    id: 'one',
    parentId: 'rolling',
    target: 'nginx.service',
    connectionId: 1,
    status: 'in_progress',
    phase: 'running',
    effect: null,
    error: null,
    errorCode: null,
    message: 'Restart',
    ...fields,
  }) as Operation;

const waiting = (connectionId: number) => ({
  connectionId,
  connectionName: `web-${connectionId}`,
  status: 'waiting' as const,
  operationId: null,
  refusal: null,
});
const rolling = { id: 'rolling', service: 'nginx.service', targets: [waiting(1), waiting(2), waiting(3)] };
const known = (...operations: Operation[]) => new Map(operations.map((each) => [each.id, each]));

describe('the hosts of a rolling restart', () => {
  it('are as the live operations say, also where the answer does not know of them yet', () => {
    const [first, second] = hostsOf(rolling, known(operation({})));
    expect(first).toMatchObject({ status: 'in_progress', operationId: 'one', message: 'Restart' });
    expect(second).toMatchObject({ status: 'waiting', operationId: null, message: '' });
  });

  it('include an operation that was joined, which has another parent', () => {
    const joined = { ...rolling, targets: [{ ...waiting(1), operationId: 'one' }] };
    const failed = operation({ parentId: null, status: 'failed', phase: null, error: 'It ended again.' });
    expect(hostsOf(joined, known(failed))[0]).toMatchObject({ status: 'failed', message: 'It ended again.' });
  });

  it('tell why one could not be begun', () => {
    const removed = { ...waiting(1), status: 'not_begun' as const, refusal: 'It was removed.' };
    expect(hostsOf({ ...rolling, targets: [removed] }, known())[0]?.message).toBe('It was removed.');
  });

  it('are not mixed up with those of another service', () => {
    expect(hostsOf(rolling, known(operation({ target: 'ssh.service' })))[0]?.status).toBe('waiting');
  });

  it('make up a bar whose parts add up to all of them', () => {
    const parts = partsOf(hostsOf(rolling, known(operation({ status: 'completed', phase: null }))));
    expect(parts.map(({ tone, count }) => [tone, count])).toEqual([
      ['completed', 1],
      ['waiting', 2],
    ]);
  });
});
