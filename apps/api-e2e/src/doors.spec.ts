import type { OperationEvent } from '@lockstep/contract';
import { type LockstepServer, type Sshd, startLockstep, startSshd } from '@lockstep/server-testing';
import { administratorOf, type ApiClient } from './support/api-client.js';
import { readEventStream } from './support/event-stream.js';
import { endAll } from './support/end-all.js';
import { startStuckHost, type StuckHost } from './support/stuck-host.js';

interface Page {
  items: OperationEvent[];
  next: number;
  ended: boolean;
}

describe('the doors of one event stream', () => {
  let server: LockstepServer;
  let sshd: Sshd;
  let stuck: StuckHost;
  let administrator: ApiClient;

  beforeAll(async () => {
    [server, sshd, stuck] = await Promise.all([startLockstep(), startSshd(), startStuckHost('probe')]);
    administrator = await administratorOf(server.url);
  }, 60_000);
  afterAll(() => endAll(server, sshd, stuck), 60_000);

  const healthy = async (name: string): Promise<number> => {
    const credential = { kind: 'private_key' as const, privateKey: sshd.user.privateKey };
    const input = {
      name,
      port: sshd.port,
      username: sshd.username,
      credential,
      hostKeyFingerprint: sshd.hostKeyFingerprint,
    };
    return (await administrator.createConnection(input)).id;
  };
  const hanging = async (name: string): Promise<string> => {
    const { id } = await administrator.createConnection({
      name,
      port: stuck.port,
      hostKeyFingerprint: stuck.fingerprint,
    });
    const { operationId } = await administrator.test(id);
    await administrator.operationOnce(operationId, ({ steps }) => steps[4]?.status === 'running');
    return operationId;
  };

  test('JSON pages, long polls and server-sent events give the same numbered events', async () => {
    const { operationId } = await administrator.test(await healthy('three doors'));
    const [streamed, polled] = await Promise.all([
      readEventStream(administrator, `/operations/${operationId}/events`),
      pollToTheEnd(administrator, operationId),
    ]);
    const all = await administrator.events(operationId);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, index) => index + 1));
    expect(all.at(-1)).toMatchObject({ kind: 'completed', operation: { status: 'completed', progress: 100 } });
    expect(streamed.events.map(({ data }) => data)).toEqual(all);
    expect(polled).toEqual(all);
    for (const { id, event, data } of streamed.events) expect([id, event]).toEqual([String(data.sequence), data.kind]);
  }, 30_000);

  test('a stream that was cut goes on after its Last-Event-ID, and ends where the operation ends', async () => {
    const { id: operationId } = await administrator.tested(await healthy('cut stream'));
    const all = await administrator.events(operationId);
    const headers = { 'last-event-id': '4' };
    const rest = await readEventStream(administrator, `/operations/${operationId}/events`, { headers });
    expect(rest.events.map(({ data }) => data)).toEqual(all.slice(4));
    expect(rest.endedByServer).toBe(true);
    const nothing = await readEventStream(
      administrator,
      `/operations/${operationId}/events?after=${String(all.length)}`,
    );
    expect(nothing).toMatchObject({ events: [], endedByServer: true });
    expect((await administrator.events(operationId, 7)).map(({ sequence }) => sequence)).toEqual(
      all.slice(7).map(({ sequence }) => sequence),
    );
  }, 30_000);

  test('a long poll answers as soon as there is an event, empty when its time is over, and at once when nothing will follow', async () => {
    const operationId = await hanging('polled');
    const { sequence } = await administrator.operation(operationId);
    const path = `/operations/${operationId}/events?after=${String(sequence)}`;
    const emptyFrom = performance.now();
    expect(await administrator.must<Page>('GET', `${path}&wait=1`)).toEqual({
      items: [],
      next: sequence,
      ended: false,
    });
    expect(performance.now() - emptyFrom).toBeGreaterThan(950);

    const waiting = administrator.must<Page>('GET', `${path}&wait=20`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const cancelledAt = performance.now();
    await administrator.post(`/operations/${operationId}/cancel`);
    const page = await waiting;
    expect(performance.now() - cancelledAt).toBeLessThan(10_000);
    expect(page.items[0]).toMatchObject({ sequence: sequence + 1, kind: 'cancel_requested' });

    const ended = await administrator.ended(operationId);
    const overFrom = performance.now();
    const over = await administrator.must<Page>(
      'GET',
      `/operations/${operationId}/events?after=${String(ended.sequence)}&wait=20`,
    );
    expect(over).toEqual({ items: [], next: ended.sequence, ended: true });
    expect(performance.now() - overFrom).toBeLessThan(10_000);
  }, 30_000);

  test('a stream is open while its operation hangs, and closes with its end', async () => {
    const operationId = await hanging('streamed');
    const reading = readEventStream(administrator, `/operations/${operationId}/events`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await administrator.post(`/operations/${operationId}/cancel`);
    const { events, endedByServer } = await reading;
    expect(endedByServer).toBe(true);
    expect(events.map(({ data }) => data)).toEqual(await administrator.events(operationId));
    expect(events.at(-1)?.event).toBe('cancelled');
  }, 30_000);

  test('pages of any size join to the whole', async () => {
    const { id: operationId } = await administrator.tested(await healthy('paged'));
    const all = await administrator.events(operationId);
    const joined: OperationEvent[] = [];
    for (let page: Page = { items: [], next: 0, ended: false }; !page.ended;) {
      page = await administrator.must<Page>(
        'GET',
        `/operations/${operationId}/events?after=${String(page.next)}&limit=3`,
      );
      joined.push(...page.items);
    }
    expect(joined).toEqual(all);
  }, 30_000);
});

async function pollToTheEnd(client: ApiClient, operationId: string): Promise<OperationEvent[]> {
  const events: OperationEvent[] = [];
  for (let page: Page = { items: [], next: 0, ended: false }; !page.ended;) {
    page = await client.must<Page>('GET', `/operations/${operationId}/events?after=${String(page.next)}&wait=5`);
    events.push(...page.items);
  }
  return events;
}
