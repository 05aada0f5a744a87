import type { Operation, RollingRestart, RollingRestartInput } from '@lockstep/contract';
import { waitUntil } from '@lockstep/server-testing';
import type { ApiClient } from './api-client.js';

type Wish = Pick<RollingRestartInput, 'service' | 'connectionIds' | 'tag'> &
  Partial<Pick<RollingRestartInput, 'atOnce' | 'stopAfterFailures'>>;

export const startRolling = (client: ApiClient, body: Wish): Promise<RollingRestart> =>
  client.must('POST', '/rolling-restarts', { body });

export const rollingRestart = (client: ApiClient, id: string): Promise<RollingRestart> =>
  client.must('GET', `/rolling-restarts/${id}`);

/** It, once a condition holds for it; also while the server is away. */
export function rollingOnce(
  client: ApiClient,
  id: string,
  holds: (rolling: RollingRestart) => boolean,
): Promise<RollingRestart> {
  const look = async (): Promise<RollingRestart | undefined> => {
    const rolling = await rollingRestart(client, id).catch(() => undefined);
    return rolling && holds(rolling) ? rolling : undefined;
  };
  return waitUntil(`rolling restart ${id} is as awaited`, look, 90_000);
}

export const rollingEnded = (client: ApiClient, id: string): Promise<RollingRestart> =>
  rollingOnce(client, id, ({ status }) => status !== 'running');

/** The restarts of its hosts, in the order of the hosts. */
export async function childrenOf(client: ApiClient, { targets }: RollingRestart): Promise<Operation[]> {
  const ids = targets.flatMap(({ operationId }) => (operationId === null ? [] : [operationId]));
  return Promise.all(ids.map((id) => client.operation(id)));
}

/** How each host ended, in the order of the hosts: a failure with its code and words, so that a test shows which it was. */
export async function outcomesOf(client: ApiClient, rolling: RollingRestart): Promise<string[]> {
  return Promise.all(
    rolling.targets.map(async ({ operationId, status }) => {
      const { error, errorCode, metadata } = operationId === null ? {} : await client.operation(operationId);
      return error ? `${status}: ${errorCode ?? ''} ${error}\n${JSON.stringify(metadata)}` : status;
    }),
  );
}

/** How many of them were under way at the same moment, at most. */
export function mostAtOnce(operations: readonly Operation[]): number {
  const spans = operations.map(({ startedAt, completedAt }) => [Date.parse(startedAt), Date.parse(completedAt ?? '')]);
  return Math.max(
    ...spans.map(([begin = 0]) => spans.filter(([from = 0, to = 0]) => from <= begin && begin < to).length),
  );
}
