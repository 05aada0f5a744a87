import type { Issuer, Operation } from '@lockstep/contract';
import {
  TlsProbe,
  forOtherNames,
  isTlsPair,
  opensslSays,
  tlsSite,
  waitUntil,
  withoutIntermediates,
} from '@lockstep/server-testing';
import { RenewalInformationService } from '../src/acme/renewal-information.service.js';
import { AcmeStage, whyNoAcmeStage } from './acme-stage.js';

const reason = await whyNoAcmeStage();
const title = reason ? `a renewal by ACME (left out: ${reason})` : 'a renewal by ACME';

const steps = ({ steps: all }: Operation): Record<string, string> =>
  Object.fromEntries(all.map(({ name, status }) => [name, status]));

(reason ? describe.skip : describe)(title, () => {
  let stage: AcmeStage;
  let issuer: Issuer;

  beforeAll(async () => {
    stage = await AcmeStage.start();
    issuer = await stage.addIssuer('CA');
  }, 300_000);
  beforeEach(() => {
    stage.proxy.requests.length = 0;
  });
  afterEach(() => {
    stage.proxy.clearFaults();
    stage.proxy.changeChain(undefined);
  });
  afterAll(() => stage.stop(), 60_000);

  it('proves the name by a file on the host, and ends when the new certificate is served', async () => {
    const old = await TlsProbe.look(stage.place.port);
    const certificate = await stage.site(issuer);
    const operation = await stage.renew(certificate);
    expect(operation).toMatchObject({ status: 'completed', effect: 'applied', progress: 100 });
    expect(steps(operation)).toMatchObject({ order: 'completed', challenges: 'completed', issue: 'completed' });
    const { version } = await stage.read(certificate);
    expect(version).toMatchObject({ number: 1, issuer: expect.stringContaining('Pebble Intermediate') });
    expect(await TlsProbe.look(stage.place.port)).toBe(version?.fingerprint);
    expect(version?.fingerprint).not.toBe(old);
    expect(await opensslSays(stage.place.port, await stage.pebble.root())).toContain('Verify return code: 0 (ok)');
    expect(await isTlsPair(stage.place.host)).toBe(true);
    expect(await stage.proofs()).toBe('');
    const { acme } = await stage.read<Issuer>(issuer, 'issuers');
    expect(acme?.account).toMatchObject({
      url: expect.stringMatching(/^https:/),
      registeredAt: expect.stringMatching(/^2/),
    });
    expect(acme?.account?.termsOfServiceUrl).not.toBeNull();
  }, 90_000);

  describe.each([
    ['names that nobody asked for', forOtherNames('elsewhere.test')],
    ['a chain that is cut short', withoutIntermediates],
  ])('that is given %s', (what, change) => {
    it('changes nothing on the host, and has one order however often it is tried', async () => {
      const certificate = await stage.aside(what.split(' ')[0] ?? '', issuer);
      stage.proxy.changeChain(change);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const operation = await stage.renew(certificate);
        expect(operation).toMatchObject({ status: 'failed', errorCode: 'CERTIFICATE_UNSUITABLE', effect: 'none' });
        expect(steps(operation)).toMatchObject({ issue: 'failed', stage: 'skipped' });
      }
      expect((await stage.read(certificate)).version).toBeNull();
      stage.proxy.changeChain(undefined);
      expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
      expect(stage.orders).toBe(1);
    }, 90_000);
  });

  it('whose deployment fails ten times costs the CA one order, and the old certificate is served all the while', async () => {
    const certificates = (await stage.server.call<{ items: { id: number; name: string }[] }>('GET /certificates')).body;
    const site = certificates.items.find(({ name }) => name === tlsSite.name);
    if (site) await stage.server.call(`DELETE /certificates/${String(site.id)}`);
    const served = await TlsProbe.look(stage.place.port);
    const certificate = await stage.site(issuer, { reload: { command: 'exit 3' } });
    const probe = new TlsProbe(stage.place.port);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await stage.renew(certificate)).toMatchObject({ errorCode: 'RELOAD_FAILED', effect: 'rolled_back' });
    }
    expect(await probe.stop()).toEqual([served]);
    expect(stage.orders).toBe(1);
    expect(await stage.read(certificate)).toMatchObject({ version: { number: 1, deployedTo: [] } });
  }, 240_000);

  it('that the CA cannot verify says so in its words, and leaves no file', async () => {
    const elsewhere = `/home/${stage.place.host.username}`;
    const blind = await stage.addIssuer('Blind CA', {
      challenge: { kind: 'http-01', answeredBy: 'host', folder: elsewhere },
      allowance: { failedValidationsPerHour: 3, duplicatesPerWeek: 5 },
    });
    const certificate = await stage.aside('blind', blind);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const operation = await stage.renew(certificate);
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'CHALLENGE_FAILED', effect: 'none' });
      expect(operation.error).toMatch(/could not verify blind\.example: .*404/);
    }
    expect(await stage.place.host.execute(`find ${elsewhere}/.well-known -type f`)).toBe('');
    // Two of three are used up, and the last one is kept.
    stage.proxy.requests.length = 0;
    const kept = await stage.renew(certificate);
    expect(kept).toMatchObject({ status: 'failed', errorCode: 'ALLOWANCE_KEPT' });
    expect(kept.error).toMatch(/could not verify blind\.example 2 times within an hour, .* possible again at 2\d{3}-/);
    expect(stage.orders).toBe(0);
    // Another name of this account has its own allowance.
    expect(await stage.renew(await stage.aside('unburdened', blind))).toMatchObject({ errorCode: 'CHALLENGE_FAILED' });
    await stage.server.dataSource.query(`UPDATE acme_ledger SET at = at - interval '1 hour'`);
    expect(await stage.renew(certificate)).toMatchObject({ errorCode: 'CHALLENGE_FAILED' });
  }, 90_000);

  it('counts in advance what it asks of the CA, and forgets what did not happen', async () => {
    const counting = await stage.addIssuer('Counting CA');
    const certificate = await stage.aside('counted', counting);
    const counted = async (): Promise<string[]> => {
      const rows = await stage.server.dataSource.query<{ told: string }[]>(
        `SELECT kind || coalesce(' ' || substring(order_url FROM 'my-order'), '') AS told FROM acme_ledger
         WHERE issuer_id = $1 ORDER BY id`,
        [counting.id],
      );
      return rows.map(({ told }) => told);
    };
    const heldAt = async (path: RegExp, known: string[]): Promise<void> => {
      await waitUntil(
        `the CA is asked ${path.source}`,
        () => stage.proxy.requests.some((one) => path.test(one)) || undefined,
      );
      expect(await counted()).toEqual(known);
    };
    const [order, look, finalize] = [/order-plz/, /chalZ/i, /finalize/];
    stage.proxy.hold(order);
    const id = await stage.begin(certificate);
    await heldAt(order, ['ordered']);
    stage.proxy.letGo();
    stage.proxy.hold(look);
    await heldAt(look, ['ordered my-order', 'validation_failed my-order']);
    stage.proxy.letGo();
    stage.proxy.hold(finalize);
    await heldAt(finalize, ['ordered my-order', 'issued my-order']);
    stage.proxy.letGo();
    expect(await stage.server.ended(id)).toMatchObject({ status: 'completed' });
    expect(await counted()).toEqual(['ordered my-order', 'issued my-order']);
    stage.proxy.addFault({ path: order, status: 403, body: { type: 'urn:ietf:params:acme:error:unauthorized' } });
    expect(await stage.renew(certificate)).toMatchObject({ errorCode: 'CA_REFUSED' });
    expect(await counted()).toEqual(['ordered my-order', 'issued my-order']);
  }, 60_000);

  it('that is cancelled while the CA issues ends at once, and the next one goes on with its order', async () => {
    const certificate = await stage.aside('stopped', issuer);
    stage.proxy.hold(/finalize/);
    const id = await stage.begin(certificate);
    await waitUntil('the CA issues', () => stage.proxy.requests.some((one) => /finalize/.test(one)) || undefined);
    await stage.server.call(`POST /operations/${id}/cancel`);
    expect(await stage.server.ended(id)).toMatchObject({ status: 'cancelled', effect: 'none' });
    stage.proxy.letGo();
    expect((await stage.read(certificate)).version).toBeNull();
    expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
    expect(stage.orders).toBe(1);
  }, 60_000);

  it('keeps the last duplicate that the CA allows', async () => {
    const strict = await stage.addIssuer('Strict CA', {
      allowance: { failedValidationsPerHour: 5, duplicatesPerWeek: 2 },
    });
    const certificate = await stage.aside('twice', strict);
    expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
    stage.proxy.requests.length = 0;
    const kept = await stage.renew(certificate);
    expect(kept).toMatchObject({ status: 'failed', errorCode: 'ALLOWANCE_KEPT' });
    expect(kept.error).toContain('issued for exactly these names once within 7 days');
    expect(stage.orders).toBe(0);
    await stage.server.dataSource.query(`UPDATE acme_ledger SET at = at - interval '7 days'`);
    expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
  }, 60_000);

  it('waits with its worker free when the CA asks for time, and so does every certificate of that account', async () => {
    const patient = await stage.addIssuer('Patient CA');
    const [one, other] = [await stage.aside('one', patient), await stage.aside('other', patient)];
    const body = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many orders' };
    stage.proxy.addFault({ method: 'POST', path: /order-plz/, status: 429, headers: { 'retry-after': '120' }, body });
    const first = await stage.begin(one);
    const waiting = (id: string): Promise<Operation> =>
      waitUntil('it waits', async () => {
        const { body: operation } = await stage.server.call<Operation>(`GET /operations/${id}`);
        return operation.notBefore === null ? undefined : operation;
      });
    const parked = await waiting(first);
    expect(parked).toMatchObject({ status: 'pending', message: expect.stringContaining('too many orders') });
    const [requests, second] = [stage.proxy.requests.length, await stage.begin(other)];
    await waiting(second);
    expect(await stage.begin(one)).toBe(first);
    expect(stage.proxy.requests.length).toBe(requests);
    expect((await stage.read<Issuer>(patient, 'issuers')).acme?.pausedUntil).not.toBeNull();
    stage.proxy.clearFaults();
    await stage.timePasses();
    for (const id of [first, second]) expect(await stage.server.ended(id)).toMatchObject({ status: 'completed' });
  }, 120_000);

  it('says which folder it may not write', async () => {
    const folder = '/srv/elsewhere';
    await stage.place.host.execute(`mkdir -p ${folder}`);
    const locked = await stage.addIssuer('Locked', { challenge: { kind: 'http-01', answeredBy: 'host', folder } });
    const operation = await stage.renew(await stage.aside('locked', locked));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'FILE_NOT_WRITABLE', effect: 'none' });
    expect(operation.error).toContain(`${folder}/.well-known/acme-challenge/`);
    expect(operation.error).toContain('this login may not write there');
  }, 60_000);

  it.each([
    ['nobody listens', 'https://127.0.0.1:9/dir', { code: 'CA_UNREACHABLE', words: /ECONNREFUSED/ }],
    [
      'the operator of Lockstep does not allow it',
      'https://169.254.169.254/dir',
      {
        code: 'NETWORK_NOT_ALLOWED',
        words: /may not reach 169\.254\.169\.254: .*LOCKSTEP_ALLOWED_NETWORKS/,
      },
    ],
  ])(
    'says why the CA cannot be asked: %s',
    async (what, directoryUrl, { code, words }) => {
      const nowhere = await stage.addIssuer(what, { directoryUrl });
      const operation = await stage.renew(await stage.aside(what.replaceAll(' ', '-'), nowhere));
      expect(operation).toMatchObject({ status: 'failed', errorCode: code, effect: 'none' });
      expect(operation.error).toMatch(words);
    },
    60_000,
  );

  it('that is cancelled while the CA looks takes its proof back', async () => {
    const certificate = await stage.aside('cancelled', issuer);
    // The CA is never told to look.
    stage.proxy.addFault({ method: 'POST', path: /chalZ/i, status: 200, body: { status: 'pending' } });
    const id = await stage.begin(certificate);
    await waitUntil('the proof is shown', async () => (await stage.proofs()) !== '' || undefined);
    await stage.server.call(`POST /operations/${id}/cancel`);
    expect(await stage.server.ended(id)).toMatchObject({ status: 'cancelled', effect: 'none' });
    expect(await stage.proofs()).toBe('');
  }, 60_000);

  it('chooses the moment of its renewal from what the CA suggests, tells it what it replaces, and asks again', async () => {
    const [start, end] = [new Date(Date.now() + 86_400_000), new Date(Date.now() + 90_000_000)];
    stage.proxy.suggestWindow({ start, end });
    const certificate = await stage.aside('suggested', issuer);
    expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
    const chosen = new Date((await stage.read(certificate)).renewAt ?? 0);
    expect(chosen.getTime()).toBeGreaterThanOrEqual(start.getTime());
    expect(chosen.getTime()).toBeLessThan(end.getTime());
    // It keeps what it has chosen, until the window is another one; a window that has passed means now.
    const service = stage.server.application.get(RenewalInformationService);
    const refresh = async (): Promise<string | null> => {
      await stage.server.dataSource.query(
        `UPDATE certificate_versions SET renewal_information = renewal_information || '{"askAgainAt": "2020-01-01T00:00:00Z"}'`,
      );
      await service.refreshRenewalInformation();
      return (await stage.read(certificate)).renewAt;
    };
    expect(await refresh()).toBe(chosen.toISOString());
    stage.proxy.suggestWindow({ start: new Date(Date.now() - 7_200_000), end: new Date(Date.now() - 3_600_000) });
    expect(new Date((await refresh()) ?? 0).getTime()).toBeLessThan(Date.now());
    expect((await stage.read(certificate)).status).toBe('due');
    expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
  }, 60_000);
});
