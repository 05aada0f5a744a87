import type { Connection, ConnectionInput, LogLine, Operation, ServiceSettings, StartAnswer } from '@lockstep/contract';
import type { SystemdHost } from '@lockstep/server-testing';
import type { ApiClient, Answer } from './api-client.js';

/** A connection to a whole host, with its key approved in advance and a short settle time unless told otherwise. */
export async function connectHost(
  client: ApiClient,
  host: SystemdHost,
  { settings, ...more }: Partial<ConnectionInput> & { name: string; settings?: Partial<ServiceSettings> },
): Promise<Connection> {
  const connection = await client.createConnection({
    port: host.port,
    username: host.username,
    credential: { kind: 'private_key', privateKey: host.user.privateKey },
    hostKeyFingerprint: host.hostKeyFingerprint,
    ...more,
  });
  await client.must('PUT', `/connections/${String(connection.id)}/service-settings`, {
    body: { settleSeconds: 1, ...settings },
  });
  return connection;
}

export const postRestart = (client: ApiClient, connectionId: number, service: string): Promise<Answer<StartAnswer>> =>
  client.post<StartAnswer>(`/connections/${String(connectionId)}/restart-service`, { service });

/** Starts a restart, which must be accepted. */
export async function startRestart(client: ApiClient, connectionId: number, service: string): Promise<string> {
  const { status, body } = await postRestart(client, connectionId, service);
  if (status !== 202) throw new Error(`restart-service answered ${String(status)}: ${JSON.stringify(body)}`);
  return body.operationId;
}

/** Restarts a service and waits for the end. */
export async function restarted(client: ApiClient, connectionId: number, service: string): Promise<Operation> {
  return client.ended(await startRestart(client, connectionId, service), 60_000);
}

/** Waits until a step of an operation runs. */
export const inStep = (client: ApiClient, id: string, step: string): Promise<Operation> =>
  client.operationOnce(
    id,
    ({ steps, completedAt }) =>
      steps.some(({ name, status }) => name === step && status === 'running') || completedAt !== null,
  );

/** How it ended, in short. */
export const endOf = ({ status, errorCode, effect }: Operation): object => ({ status, errorCode, effect });

/** Everything in its log, in order. */
export async function logOf(client: ApiClient, id: string): Promise<LogLine[]> {
  return (await client.events(id)).flatMap(({ lines }) => lines ?? []);
}
