import type { Certificate, Operation, OperationEvent, Problem, StartAnswer } from '@lockstep/contract';
import {
  type TestDatabase,
  type TlsHost,
  TlsProbe,
  createTestDatabase,
  isTlsPair,
  startTlsHost,
  tlsSite,
  waitUntil,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';

const { name: siteName, certificatePath, keyPath } = tlsSite;
const names = ['berlin', 'lisbon', 'oslo'] as const;
type Name = (typeof names)[number];
const reason = await whyNoSystemdHosts();
const title = reason ? `a renewal for several hosts (left out: ${reason})` : 'a renewal for several hosts';

(reason ? describe.skip : describe)(title, () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let places: Record<Name, TlsHost>;
  let ids: Record<Name, number>;
  let certificate: Certificate;

  beforeAll(async () => {
    database = await createTestDatabase();
    // One after the other: they would take each other's time to boot.
    places = { berlin: await startTlsHost(), lisbon: await startTlsHost(), oslo: await startTlsHost() };
    server = await CertificatesServer.start(database.url, { stepDeadlineMs: 5_000 });
    const add = (name: Name): Promise<number> => server.addConnection(name, places[name].host);
    ids = { berlin: await add('berlin'), lisbon: await add('lisbon'), oslo: await add('oslo') };
    certificate = await server.addCertificate('shop', { domains: [siteName], targets: targets() });
  }, 300_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([...Object.values(places).map(({ host }) => host.stop()), database.drop()]);
  }, 60_000);

  const targets = (changes: Partial<Record<Name, object>> = {}): object[] =>
    names.map((name) => ({
      connectionId: ids[name],
      certificatePath,
      keyPath,
      reload: { service: 'nginx.service' },
      check: { command: 'sudo -n nginx -t' },
      verify: [{ host: '127.0.0.1', port: places[name].port, serverName: siteName }],
      ...changes[name],
    }));
  const change = async (changes: Partial<Record<Name, object>>): Promise<void> => {
    const answer = await server.call(`PATCH /certificates/${String(certificate.id)}`, { targets: targets(changes) });
    expect(answer.status).toBe(200);
  };
  const start = async (): Promise<string> => {
    const { status, body } = await server.call<StartAnswer>(`POST /certificates/${String(certificate.id)}/renew`);
    if (status !== 202) throw new Error(`Renewing answered ${String(status)} ${JSON.stringify(body)}`);
    return body.operationId;
  };
  const renew = async (): Promise<Operation> => server.ended(await start());
  const read = async (): Promise<Certificate> =>
    (await server.call<Certificate>(`GET /certificates/${String(certificate.id)}`)).body;
  const deployments = async (parentId: string): Promise<Record<string, Operation>> => {
    const { body } = await server.call<{ items: Operation[] }>(`GET /operations?parentId=${parentId}`);
    return Object.fromEntries(body.items.map((operation) => [operation.connectionName, operation]));
  };
  const served = async (): Promise<Record<Name, string>> => {
    const look = (name: Name): Promise<string> => TlsProbe.look(places[name].port);
    return { berlin: await look('berlin'), lisbon: await look('lisbon'), oslo: await look('oslo') };
  };
  const steps = ({ steps: all }: Operation): Record<string, string> =>
    Object.fromEntries(all.map(({ name, status }) => [name, status]));
  const deployedVersions = async (): Promise<(number | null)[]> =>
    (await read()).targets.map(({ deployedVersion }) => deployedVersion);
  const reloadNginx = 'sudo -n /usr/bin/systemctl reload-or-restart -- nginx.service';
  /** Goes on for as long as the file is there, at most half a minute. */
  const slowReload = {
    reload: {
      command: `n=0; while [ -e /tmp/slow ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done; ${reloadNginx}`,
    },
  };
  const waits = (id: string): Promise<unknown> =>
    waitUntil('it waits for other hosts', async () => {
      const { body } = await server.call<Operation>(`GET /operations/${id}`);
      return body.notBefore ?? undefined;
    });
  const stepBegins = (parentId: string, name: Name, step: string): Promise<Operation> =>
    waitUntil(`${step} begins on ${name}`, async () => {
      const operation = (await deployments(parentId))[name];
      return operation && steps(operation)[step] === 'running' ? operation : undefined;
    });

  it('has it issued once, and puts it on each by an operation there', async () => {
    const operation = await renew();
    expect(operation).toMatchObject({
      status: 'completed',
      effect: 'applied',
      progress: 100,
      connectionId: ids.berlin,
    });
    expect(operation.message).toContain('on 3 hosts');
    expect(steps(operation)).toMatchObject({ clean_up: 'completed', other_hosts: 'completed' });
    const parentId = operation.id;
    expect(await deployments(parentId)).toMatchObject({
      lisbon: {
        type: 'certificate_deployment',
        status: 'completed',
        effect: 'applied',
        parentId,
        connectionId: ids.lisbon,
      },
      oslo: {
        type: 'certificate_deployment',
        status: 'completed',
        target: String(certificate.id),
        connectionId: ids.oslo,
      },
    });
    const { version } = await read();
    expect(version).toMatchObject({ number: 1, operationId: parentId });
    expect(Object.values(await served())).toEqual(names.map(() => version?.fingerprint));
    for (const { host } of Object.values(places)) expect(await isTlsPair(host)).toBe(true);
    expect(await deployedVersions()).toEqual([1, 1, 1]);
  }, 120_000);

  it('does no step twice because it waited', async () => {
    const [last] = (await server.call<{ items: Operation[] }>('GET /operations?type=certificate_renewal')).body.items;
    const { body } = await server.call<{ items: OperationEvent[] }>(
      `GET /operations/${last?.id ?? ''}/events?limit=500`,
    );
    const begun = body.items
      .filter(({ kind }) => kind === 'step_started')
      .map(({ operation }) => operation?.steps.find(({ status }) => status === 'running')?.name);
    expect(begun.filter((name) => name !== 'other_hosts')).toEqual([
      'key',
      'issue',
      'reach',
      'stage',
      'check',
      'switch',
      'reload',
      'verify',
      'clean_up',
    ]);
    expect(last?.attempt).toBe(1);
  });

  it('fails when a host fails, tells which have it, and serves only that host the next time', async () => {
    const before = await served();
    await change({ lisbon: { check: { command: 'echo "not today" >&2; exit 1' } } });
    const operation = await renew();
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'DEPLOYMENT_INCOMPLETE', effect: 'partial' });
    expect(operation.error).toContain('on 2 of 3 hosts');
    expect(await deployments(operation.id)).toMatchObject({
      lisbon: {
        status: 'failed',
        errorCode: 'CONFIGURATION_INVALID',
        effect: 'none',
        metadata: { hostWords: 'not today' },
      },
      oslo: { status: 'completed' },
    });
    const { version } = await read();
    expect(await served()).toEqual({ berlin: version?.fingerprint, lisbon: before.lisbon, oslo: version?.fingerprint });
    expect(await deployedVersions()).toEqual([2, 1, 2]);

    await change({});
    const again = await renew();
    expect(again).toMatchObject({ status: 'completed', effect: 'applied' });
    expect(steps(again)).toMatchObject({
      issue: 'completed',
      reach: 'skipped',
      clean_up: 'skipped',
      other_hosts: 'completed',
    });
    expect(Object.keys(await deployments(again.id))).toEqual(['lisbon']);
    expect((await read()).version).toEqual(version && { ...version, deployedTo: expect.anything() as unknown });
    expect(Object.values(await served())).toEqual(names.map(() => version?.fingerprint));
  }, 120_000);

  it('is mended by a retry of the one deployment that failed', async () => {
    await change({ oslo: { check: { command: 'exit 1' } } });
    const operation = await renew();
    expect(operation).toMatchObject({ status: 'failed', effect: 'partial' });
    await change({});
    const { oslo } = await deployments(operation.id);
    const { status, body } = await server.call<StartAnswer>(`POST /operations/${oslo?.id ?? ''}/retry`);
    expect(status).toBe(202);
    expect(await server.ended(body.operationId)).toMatchObject({
      status: 'completed',
      type: 'certificate_deployment',
      retryOf: oslo?.id,
      parentId: null,
    });
    const { version } = await read();
    expect(await deployedVersions()).toEqual(names.map(() => version?.number));
    expect((await served()).oslo).toBe(version?.fingerprint);
  }, 120_000);

  it('serves the others when its own host fails, and says why that one did', async () => {
    const before = await served();
    await change({ berlin: { reload: { command: 'echo "no reload" >&2; exit 3' } } });
    const operation = await renew();
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'RELOAD_FAILED', effect: 'partial' });
    expect(operation.error).toContain('The old certificate is back and is served.');
    expect(operation.error).toContain('on 2 of 3 hosts');
    expect(operation.metadata['hostWords']).toBe('no reload');
    const now = await served();
    expect(now.berlin).toBe(before.berlin);
    expect(now.oslo).toBe((await read()).version?.fingerprint);
    await change({});
    expect(await renew()).toMatchObject({ status: 'completed' });
  }, 120_000);

  it('stops with its deployments when it is cancelled, and tells what had happened', async () => {
    const before = await served();
    // The first reload is stuck; the one that puts the old certificate back is not.
    const stuck = `if rm /tmp/stuck; then sleep 30; fi; ${reloadNginx}`;
    await change({ lisbon: { reload: { command: stuck } } });
    await places.lisbon.host.execute('touch /tmp/stuck; chown lockstep: /tmp/stuck');
    const id = await start();
    await stepBegins(id, 'lisbon', 'reload');
    await waitUntil('oslo has it', async () => (await deployments(id))['oslo']?.completedAt ?? undefined);
    await waits(id);
    const busy = await server.call<Problem>(`DELETE /certificates/${String(certificate.id)}`);
    expect(busy.body.code).toBe('CERTIFICATE_BUSY');
    expect((await server.call(`POST /operations/${id}/cancel`)).status).toBe(202);
    expect(await server.ended(id)).toMatchObject({
      status: 'failed',
      errorCode: 'CANCELLED_TOO_LATE',
      effect: 'partial',
      error: 'It was stopped on the way. The new certificate is on 2 of 3 hosts.',
    });
    expect((await deployments(id))['lisbon']).toMatchObject({ status: 'cancelled', effect: 'rolled_back' });
    expect((await served()).lisbon).toBe(before.lisbon);
    expect((await served()).berlin).toBe((await read()).version?.fingerprint);
    await change({});
  }, 120_000);

  it('joins a deployment that runs there already, and goes on when that has ended', async () => {
    await change({ lisbon: { check: { command: 'exit 1' } } });
    const failed = (await deployments((await renew()).id))['lisbon'];
    await change({ lisbon: slowReload });
    await places.lisbon.host.execute('touch /tmp/slow');
    const { body } = await server.call<StartAnswer>(`POST /operations/${failed?.id ?? ''}/retry`);
    await waitUntil('it reloads', async () => {
      const { body: alone } = await server.call<Operation>(`GET /operations/${body.operationId}`);
      return steps(alone)['reload'] === 'running' || undefined;
    });
    const id = await start();
    await waits(id);
    await places.lisbon.host.execute('rm /tmp/slow');
    expect(await server.ended(id)).toMatchObject({ status: 'completed' });
    expect(await deployments(id)).toEqual({});
    expect(await server.ended(body.operationId)).toMatchObject({ status: 'completed' });
    await change({});
  }, 120_000);

  it('fails with a host whose key nobody approved, and forgets one whose connection was removed', async () => {
    const stranger = await server.addConnection('stranger', { ...places.oslo.host, hostKeyFingerprint: undefined });
    const path = `/certificates/${String(certificate.id)}`;
    const extra = { connectionId: stranger, certificatePath: '/srv/extra.pem', keyPath: '/srv/extra.key' };
    await server.call(`PATCH ${path}`, { targets: [...targets(), extra] });
    const operation = await renew();
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'DEPLOYMENT_INCOMPLETE' });
    expect((await deployments(operation.id))['stranger']).toMatchObject({
      errorCode: 'HOST_KEY_UNKNOWN',
      effect: 'none',
    });
    expect((await server.call(`DELETE /connections/${String(stranger)}`)).status).toBe(204);
    const before = (await read()).version?.number ?? 0;
    expect(await renew()).toMatchObject({ status: 'completed' });
    expect((await read()).version?.number).toBe(before + 1);
    await change({});
  }, 120_000);
});
