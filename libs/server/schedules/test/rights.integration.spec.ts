import type { Certificate, Schedule, ScheduleRunDetail } from '@lockstep/contract';
import { type TestDatabase, createTestDatabase } from '@lockstep/server-testing';
import { SchedulesServer } from './schedules-server.js';

describe('the rights of a schedule', () => {
  let database: TestDatabase;
  let server: SchedulesServer;
  let web: number;
  let hidden: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await SchedulesServer.start(database.url, { ticks: false });
    web = await server.addConnection('web-1', { tags: ['web'] });
    hidden = await server.addConnection('vault-1', { tags: ['vault'] });
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const skips = ({ targets }: ScheduleRunDetail) =>
    targets.filter(({ result }) => result === 'skipped').map(({ connectionName, reason }) => [connectionName, reason]);
  const path = (id: number): string => `/schedules/${String(id)}`;
  const operator = (name: string) => server.addOperator(name, { tags: ['web'] });

  it('are those that its owner has when it runs: a grant that was taken away counts at once', async () => {
    const bea = await operator('bea');
    const { id } = await server.add({ connectionIds: [web] }, bea.token);
    expect(await server.run(id)).toMatchObject({ started: 1, skipped: 0 });
    await server.runEnded(id);
    await server.must(`PUT /users/${String(bea.id)}/grants`, { connectionIds: [], tags: [] });
    await server.makeDue(id, 1);
    await server.fire(id);
    const run = await server.lastRun(id, bea.token);
    expect(run).toMatchObject({ started: 0, skipped: 1, outcome: 'nothing_begun' });
    expect(skips(run)).toEqual([[null, 'It was removed, or is not granted to the one who does this.']]);
  });

  it.each([
    ['disabled', { disabled: true }, 'is disabled'],
    ['made a viewer', { role: 'viewer' }, 'may not start operations any more'],
  ])('are gone when its owner was %s, and each run says so', async (what, change, reason) => {
    const owner = await operator(what.replaceAll(' ', '-'));
    const { id } = await server.add({ tag: 'web' }, owner.token);
    await server.must(`PATCH /users/${String(owner.id)}`, change);
    expect(skips(await server.run(id))).toEqual([[null, expect.stringContaining(reason)]]);
  });

  it('are gone when its owner was removed, until an administrator takes it over', async () => {
    const owner = await operator('carl');
    const { id } = await server.add({ tag: 'web' }, owner.token);
    await server.must(`DELETE /users/${String(owner.id)}`);
    expect(skips(await server.run(id))).toEqual([[null, expect.stringContaining('carl was removed')]]);
    const taken = await server.must<Schedule>(`PATCH ${path(id)}`, { takeOver: true });
    expect(taken.owner).toEqual({ id: expect.any(Number) as number, name: 'ada' });
    await server.makeDue(id, 1);
    await server.fire(id);
    expect(await server.lastRun(id)).toMatchObject({ started: 1 });
  });

  it('never reach a host that its owner may not see, although an administrator changed it', async () => {
    const dora = await operator('dora');
    const { id } = await server.add({ tag: 'web' }, dora.token);
    await server.must(`PATCH ${path(id)}`, { connectionIds: [web, hidden] });
    const run = await server.run(id);
    expect(run).toMatchObject({ started: 1, skipped: 1 });
    expect(run.targets.map(({ connectionId, result }) => [connectionId, result])).toEqual([
      [web, 'started'],
      [hidden, 'skipped'],
    ]);
  });

  it('do not let an operator name what is not granted', async () => {
    const emil = await operator('emil');
    const input = { name: 'All', type: 'ssh_test', cron: '0 2 * * *', timeZone: 'UTC', connectionIds: [web, hidden] };
    const { status, body } = await server.call<{ errors: unknown }>('POST /schedules', input, emil.token);
    expect([status, body.errors]).toEqual([
      400,
      [{ path: 'body.connectionIds', message: `there is no connection ${String(hidden)}` }],
    ]);
  });

  it('show a schedule to those whom it concerns, with no more of it than they may see', async () => {
    const { id } = await server.add({ name: 'Both', connectionIds: [web, hidden] });
    const run = await server.run(id);
    const [fay, gil] = [await operator('fay'), await server.addUser('gil', 'operator')];
    const seen = await server.must<Schedule>(`GET ${path(id)}`, undefined, fay.token);
    expect(seen).toMatchObject({ connectionIds: [web], targets: [{ id: web, name: 'web-1' }], mayChange: false });
    const runSeen = await server.must<ScheduleRunDetail>(`GET ${path(id)}/runs/${run.id}`, undefined, fay.token);
    expect(runSeen.targets.map(({ connectionId }) => connectionId)).toEqual([web]);
    expect(JSON.stringify([seen, runSeen])).not.toContain('vault-1');
    expect((await server.call(`GET ${path(id)}`, undefined, gil)).status).toBe(404);
    expect((await server.call(`PATCH ${path(id)}`, { name: 'Mine' }, fay.token)).status).toBe(403);
    expect((await server.call(`DELETE ${path(id)}`, undefined, fay.token)).status).toBe(403);
    expect((await server.call(`POST ${path(id)}/run`, undefined, gil)).status).toBe(404);
    // Who runs it now does so with rights of their own.
    const own = await server.must<ScheduleRunDetail>(`POST ${path(id)}/run`, undefined, fay.token);
    expect(own.actor).toMatchObject({ kind: 'user', name: 'fay' });
    const whole = await server.must<ScheduleRunDetail>(`GET ${path(id)}/runs/${own.id}`);
    expect(whole.targets.map(({ connectionId, result }) => [connectionId, result])).toEqual([
      [web, expect.stringMatching(/started|joined/)],
      [hidden, 'skipped'],
    ]);
  });

  it('leave each change in the audit', async () => {
    const { id } = await server.add({ name: 'Audited', tag: 'web' });
    await server.must(`PATCH ${path(id)}`, { enabled: false });
    await server.must(`POST ${path(id)}/run`);
    await server.must(`DELETE ${path(id)}`);
    const { items } = await server.must<{ items: { action: string; subject: string }[] }>('GET /audit?limit=50');
    const actions = items.filter(({ subject }) => subject === `schedule:${String(id)}`).map(({ action }) => action);
    expect(actions).toEqual(['schedule.deleted', 'schedule.run', 'schedule.changed', 'schedule.created']);
  });
});

describe('what a run leaves out', () => {
  let database: TestDatabase;
  let server: SchedulesServer;
  const reasons = ({ targets }: ScheduleRunDetail) => targets.map(({ reason }) => reason);

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await SchedulesServer.start(database.url, { ticks: false });
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  it('is a host whose key nobody approved, and one that was removed', async () => {
    const [fresh, gone] = [
      await server.addConnection('fresh', { approved: false }),
      await server.addConnection('gone'),
    ];
    const { id } = await server.add({ connectionIds: [fresh, gone] });
    await server.must(`DELETE /connections/${String(gone)}`);
    const run = await server.run(id);
    expect(run).toMatchObject({ started: 0, skipped: 2, outcome: 'nothing_begun' });
    expect(reasons(run)).toEqual([
      'It was removed, or is not granted to the one who does this.',
      'It has not been reached yet: test it, and approve its host key.',
    ]);
  });

  it('is everything when no connection bears the tag, which is told', async () => {
    const { id } = await server.add({ tag: 'nowhere' });
    expect(reasons(await server.run(id))).toEqual([
      'No connection with the tag nowhere may be seen by the one who does this.',
    ]);
  });

  it('is a certificate that was deleted, and one without a target; the others are renewed', async () => {
    const host = await server.addConnection('tls-1');
    const certificate = async (name: string, targets: object[] = []): Promise<number> => {
      const input = { name, domains: [`${name}.example`], issuerId: 1, targets };
      return (await server.must<Certificate>('POST /certificates', input)).id;
    };
    const files = { certificatePath: '/etc/ssl/a.pem', keyPath: '/etc/ssl/a.key' };
    const ids = [
      await certificate('placed', [{ connectionId: host, ...files }]),
      await certificate('loose'),
      await certificate('removed'),
    ];
    const { id } = await server.add({ type: 'certificate_renewal', certificateIds: ids });
    await server.must(`DELETE /certificates/${String(ids[2])}`);
    const run = await server.run(id);
    expect(run.targets.map(({ certificateId, result }) => [certificateId, result])).toEqual([
      [ids[0], 'started'],
      [ids[2], 'skipped'],
      [ids[1], 'skipped'],
    ]);
    expect(run.targets[0]).toMatchObject({ connectionName: 'tls-1', certificateName: 'placed' });
    await server.runEnded(id);
  });

  it('is a certificate whose renewal window has not begun, unless the schedule takes all', async () => {
    const host = await server.addConnection('tls-2');
    const targets = [{ connectionId: host, certificatePath: '/etc/ssl/b.pem', keyPath: '/etc/ssl/b.key' }];
    const input = { name: 'young', domains: ['young.example'], issuerId: 1, targets };
    const certificate = await server.must<Certificate>('POST /certificates', input);
    await server.dataSource.query(
      `INSERT INTO certificate_versions (id, certificate_id, number, domains, issuer_id, key_type, sealed_key, request,
         issued_at, leaf, chain, facts, not_before, not_after, renew_at)
       VALUES (gen_random_uuid(), $1, 1, '{young.example}', 1, 'ecdsa-p256', '', '', now(), '', '', '{}', now(),
         now() + interval '47 days', now() + interval '31 days')`,
      [certificate.id],
    );
    await server.dataSource.query(
      'UPDATE certificate_targets SET deployed_version = 1, deployed_at = now() WHERE certificate_id = $1',
      [certificate.id],
    );
    const { id } = await server.add({ type: 'certificate_renewal', certificateIds: [certificate.id] });
    expect(reasons(await server.run(id))).toEqual([expect.stringMatching(/^Its renewal window begins on \d{4}-/)]);
    await server.must(`PATCH /schedules/${String(id)}`, { onlyDue: false });
    await server.makeDue(id, 1);
    await server.fire(id);
    expect(await server.lastRun(id)).toMatchObject({ started: 1, skipped: 0 });
    await server.runEnded(id);
  });

  it('is nothing else: fields that do not fit together are refused when the schedule is made', async () => {
    const refused = async (input: object): Promise<string[]> => {
      const whole = { name: 'X', type: 'ssh_test', cron: '0 2 * * *', timeZone: 'UTC', ...input };
      const { status, body } = await server.call<{ errors: { path: string }[] }>('POST /schedules', whole);
      return [String(status), ...body.errors.map(({ path }) => path)];
    };
    expect(await refused({})).toEqual(['400', 'body.connectionIds']);
    expect(await refused({ tag: 'a', connectionIds: [1] })).toEqual(['400', 'body.connectionIds']);
    expect(await refused({ tag: 'a', service: 'nginx.service' })).toEqual(['400', 'body.service']);
    expect(await refused({ tag: 'a', type: 'service_restart' })).toEqual(['400', 'body.service']);
    expect(await refused({ certificateIds: [1] })).toEqual(['400', 'body.certificateIds']);
    expect(await refused({ tag: 'a', cron: '61 * * * *' })).toEqual(['400', 'body.cron']);
    expect(await refused({ tag: 'a', cron: '* * * * * *' })).toEqual(['400', 'body.cron']);
    expect(await refused({ tag: 'a', cron: '0 0 30 2 *' })).toEqual(['400', 'body.cron']);
    expect(await refused({ tag: 'a', timeZone: 'Europe/Berlim' })).toEqual(['400', 'body.timeZone']);
  });
});
