import { createServer } from 'node:http';
import { once } from 'node:events';
import type { Issuer, Operation } from '@lockstep/contract';
import {
  type AcmeProxy,
  type Pebble,
  runsAsRoot,
  startAcmeProxy,
  startPebble,
  webRoot,
  whyNoNameServer,
} from '@lockstep/server-testing';
import { whyNoAcmeStage } from './acme-stage.js';
import { RehearsalStage, ownLoopback, told } from './rehearsal-stage.js';

const reason =
  (await whyNoAcmeStage()) ?? (await whyNoNameServer()) ?? (runsAsRoot ? undefined : 'low ports are for root alone');
const title = reason ? `a rehearsal at a staging (left out: ${reason})` : 'a rehearsal at a staging';

(reason ? describe.skip : describe)(title, () => {
  let stage: RehearsalStage;
  let pebble: Pebble;
  let staging: AcmeProxy;
  const ofLockstep = ownLoopback();

  beforeAll(async () => {
    stage = await RehearsalStage.start({ challengeListener: { host: ofLockstep, port: 80 } });
    // One that would not look at a name again that it has seen proved.
    pebble = await startPebble({ dnsServer: `${stage.names.address}:53`, reusedAuthorizations: 100 });
    staging = await startAcmeProxy(pebble);
    await stage.serve(`127.0.0.1:${String(pebble.httpPort)}`);
    await stage.serve(`${ofLockstep}:${String(pebble.httpPort)}`, `location / { proxy_pass http://${ofLockstep}:80; }`);
  }, 300_000);
  beforeEach(() => {
    staging.requests.length = 0;
    staging.clearFaults();
  });
  afterEach(async () => {
    expect(await stage.shown()).toBe(0);
  });
  afterAll(async () => {
    await stage.stop();
    await Promise.all([staging.stop(), pebble.stop()]);
  }, 60_000);

  const staged = (name: string, change: object = {}): Promise<Issuer> => {
    const trustedRoots = `${stage.acme.pebble.tls.certificate}${pebble.tls.certificate}`;
    return stage.acme.addIssuer(name, { stagingDirectoryUrl: staging.directoryUrl, trustedRoots, ...change });
  };
  const expectBlocked = (operation: Operation): void =>
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_READY', effect: 'none' });
  const count = (path: RegExp): number => staging.requests.filter((request) => path.test(request)).length;
  const proved = (name: string, kind: string): string =>
    `ok: Have ${name} proved at ${new URL(staging.directoryUrl).host}: It verified the names by ${kind}. Nothing was issued.`;

  it('has the names really proved there each time, by an account of its own, and has nothing issued', async () => {
    const issuer = await staged('by file');
    const certificate = await stage.acme.aside('web', issuer, ['web.zone.test']);
    for (const _ of ['first', 'second']) {
      staging.requests.length = 0;
      const operation = await stage.rehearse(certificate);
      expect(operation).toMatchObject({ status: 'completed' });
      expect(told(operation, 'challenge')).toEqual([proved('web.zone.test', 'http-01')]);
      expect(count(/^POST \/chalZ\//i)).toBe(1);
    }
    expect(count(/^POST \/(?:sign-me-up|finalize-order|certZ)/i)).toBe(0);
    expect((await stage.acme.read<Issuer>(issuer, 'issuers')).acme?.account).toBeNull();
    const kept = await stage.acme.server.dataSource.query<{ directory: string; kind: string }[]>(
      'SELECT directory_url AS directory, kind FROM acme_ledger WHERE issuer_id = $1',
      [issuer.id],
    );
    expect(kept.length).toBeGreaterThanOrEqual(2);
    expect(new Set(kept.map(({ directory, kind }) => `${kind} at ${directory}`))).toEqual(
      new Set([`ordered at ${staging.directoryUrl}`]),
    );
  }, 90_000);

  it('proves a name again that the authority still holds for proved', async () => {
    const issuer = await staged('held for proved');
    const certificate = await stage.acme.aside('known', issuer, ['known.zone.test']);
    // The check that proved it could not give it up.
    staging.addFault({ payload: /deactivated/, status: 500 });
    await stage.rehearse(certificate);
    staging.clearFaults();
    staging.requests.length = 0;
    const operation = await stage.rehearse(certificate);
    expect(told(operation, 'challenge')).toEqual([proved('known.zone.test', 'http-01')]);
    expect(count(/^POST \/chalZ\//i)).toBe(1);
  }, 90_000);

  it('answers through Lockstep itself, and by records', async () => {
    const byLockstep = await staged('by Lockstep', { challenge: { kind: 'http-01', answeredBy: 'lockstep' } });
    const one = await stage.rehearse(await stage.acme.aside('here', byLockstep, [ofLockstep]));
    expect(told(one, 'challenge')).toEqual([proved(ofLockstep, 'http-01')]);
    const trustedRoots = `${stage.acme.pebble.tls.certificate}${pebble.tls.certificate}`;
    const byDns = await stage.byUpdate('by update', { stagingDirectoryUrl: staging.directoryUrl, trustedRoots });
    const names = ['all.zone.test', '*.all.zone.test'];
    const other = await stage.rehearse(await stage.acme.aside('all', byDns, names));
    expect(told(other, 'challenge')).toEqual([proved(names.join(', '), 'dns-01')]);
    expect(await stage.names.texts('_acme-challenge.all.zone.test')).toEqual([]);
  }, 90_000);

  it('tells what the authority says to a name that does not show the proof; that costs nothing at the CA itself', async () => {
    const issuer = await staged('elsewhere', {
      challenge: { kind: 'http-01', answeredBy: 'host', folder: '/srv/not-shown' },
      allowance: { failedValidationsPerHour: 2, duplicatesPerWeek: 2 },
    });
    await stage.acme.place.host.execute('mkdir -p /srv/not-shown && chown lockstep: /srv/not-shown');
    const certificate = await stage.acme.aside('elsewhere', issuer, ['elsewhere.zone.test']);
    for (const _ of ['first', 'second', 'third']) {
      const operation = await stage.rehearse(certificate);
      expectBlocked(operation);
      expect(told(operation, 'challenge')).toEqual([
        expect.stringMatching(/^blocks: Have elsewhere.zone.test proved at .*: The CA could not verify .*404/),
      ]);
      expect(told(operation, 'issuer')).toEqual([expect.stringMatching(/^ok: /)]);
    }
  }, 90_000);

  it('says nothing about the CA when the staging cannot be reached or trusted: then it looks by itself', async () => {
    const gone = await staged('gone', { stagingDirectoryUrl: 'https://127.0.0.1:9/dir' });
    const stranger = await staged('stranger', { trustedRoots: stage.acme.pebble.tls.certificate });
    for (const [issuer, words] of [
      [gone, 'cannot be reached'],
      [stranger, 'is not trusted'],
    ] as const) {
      const operation = await stage.rehearse(await stage.acme.aside(issuer.name, issuer));
      expect(operation).toMatchObject({ status: 'completed' });
      expect(told(operation, 'challenge').slice(0, 2)).toEqual([
        expect.stringMatching(`^warning: Have ${issuer.name}.example proved at .*${words}`),
        `ok: Put a proof below ${webRoot} and take it away: This login did both.`,
      ]);
    }
  }, 90_000);

  it('leaves a staging alone that asks for it', async () => {
    const body = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many orders' };
    staging.addFault({ method: 'POST', path: /order-plz/, status: 429, headers: { 'retry-after': '600' }, body });
    const certificate = await stage.acme.aside('often', await staged('often'), ['often.zone.test']);
    expect(told(await stage.rehearse(certificate), 'challenge')[0]).toMatch(/^warning: .*too many orders/);
    staging.requests.length = 0;
    const operation = await stage.rehearse(certificate);
    expect(told(operation, 'challenge')[0]).toMatch(/^warning: .*asked to be left alone until 2/);
    expect(staging.requests).toEqual([]);
  }, 90_000);

  it('opens another account where the staging has forgotten the one that it had', async () => {
    const certificate = await stage.acme.aside('forgotten', await staged('forgotten'), ['forgotten.zone.test']);
    await stage.rehearse(certificate);
    await stage.acme.server.dataSource.query(`UPDATE acme_staging_accounts SET url = url || '0'`);
    expect(told(await stage.rehearse(certificate), 'challenge')[0]).toMatch(/^warning: Have forgotten.zone.test/);
    const operation = await stage.rehearse(certificate);
    expect(told(operation, 'challenge')).toEqual([proved('forgotten.zone.test', 'http-01')]);
  }, 90_000);

  it('opens another account when another staging is named, and refuses the CA itself as one', async () => {
    const issuer = await staged('moving');
    const certificate = await stage.acme.aside('moving', issuer, ['moving.zone.test']);
    await stage.rehearse(certificate);
    const change = (stagingDirectoryUrl: string | null): Promise<{ status: number; body: Issuer }> =>
      stage.acme.server.call<Issuer>(`PATCH /issuers/${String(issuer.id)}`, { acme: { stagingDirectoryUrl } });
    expect((await change(stage.acme.proxy.directoryUrl)).status).toBe(400);
    expect((await change(pebble.directoryUrl)).body.acme?.stagingDirectoryUrl).toBe(pebble.directoryUrl);
    expect(told(await stage.rehearse(certificate), 'challenge')).toEqual([
      expect.stringMatching(/^ok: Have moving.zone.test proved at /),
    ]);
    expect((await change(null)).body.acme?.stagingDirectoryUrl).toBeNull();
    expect(told(await stage.rehearse(certificate), 'challenge')[0]).toMatch(/^not_tried: /);
    expect(await stage.acme.renew(await stage.acme.site(issuer))).toMatchObject({ status: 'completed' });
  }, 120_000);

  // The last one: Pebble answers nobody any more who gives a name up while it looks.
  it('takes the proof back when it is stopped while the authority looks', async () => {
    const host = ownLoopback();
    let onLook: () => void = () => undefined;
    const looked = new Promise<void>((resolve) => (onLook = resolve));
    // Answers nothing: the authority waits.
    const held = createServer(() => onLook());
    await once(held.listen(pebble.httpPort, host), 'listening');
    try {
      const certificate = await stage.acme.aside('held', await staged('held'), [host]);
      const operation = await stage.rehearse(certificate, async (id) => {
        await looked;
        expect(await stage.acme.proofs()).toMatch(/acme-challenge\/[\w-]+\n$/);
        await stage.cancel(id);
      });
      expect(operation).toMatchObject({ status: 'cancelled' });
      expect(await stage.acme.proofs()).toBe('');
    } finally {
      held.closeAllConnections();
      held.close();
    }
  }, 90_000);
});
