import { X509Certificate } from 'node:crypto';
import {
  type AcmeProxy,
  type Pebble,
  forOtherNames,
  startAcmeProxy,
  startPebble,
  whyNoPebble,
  withoutIntermediates,
} from '@lockstep/server-testing';
import { AcmeAccount, AcmeError, RateLimited, pickMoment, proveNames } from '../src/index.js';
import {
  OrderShelf,
  type ProofServer,
  limit,
  newAccountKey,
  registeredAccount,
  signingRequest,
  startProofServer,
} from './acme-client.spec-support.js';

const reason = await whyNoPebble();
const title = reason ? `a CA that makes trouble (left out: ${reason})` : 'a CA that makes trouble';

async function issue(account: AcmeAccount, names: string[], web: ProofServer): Promise<string> {
  const { keep } = new OrderShelf();
  const placed = await account.placeOrder(names, limit);
  const proved = await proveNames(placed, { ...limit, account, solver: web, keep });
  return account.download(await account.finalize(proved, await signingRequest(names), limit), limit);
}

(reason ? describe.skip : describe)(title, () => {
  let pebble: Pebble;
  let proxy: AcmeProxy;
  let web: ProofServer;
  let account: AcmeAccount;

  beforeAll(async () => {
    pebble = await startPebble();
    proxy = await startAcmeProxy(pebble);
    web = await startProofServer(pebble.httpPort);
    account = await another();
  });

  /** As each renewal has one: what the CA told another is not known to it. */
  const another = (): Promise<AcmeAccount> => registeredAccount(pebble, { directoryUrl: proxy.directoryUrl });

  afterEach(() => {
    proxy.clearFaults();
    proxy.changeChain(undefined);
  });

  afterAll(async () => {
    await web.stop();
    await proxy.stop();
    await pebble.stop();
  });

  it('says until when a 429 asks us to wait, at once and without another request', async () => {
    const body = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many certificates (5) already issued' };
    proxy.addFault({ method: 'POST', path: /order/, status: 429, headers: { 'retry-after': '120' }, body });
    proxy.requests.length = 0;
    const before = Date.now();
    const failure = await account.placeOrder(['limited.test'], limit).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RateLimited);
    const { until, message, problem } = failure as RateLimited;
    expect(until.getTime() - before).toBeGreaterThanOrEqual(120_000);
    expect(until.getTime() - before).toBeLessThan(125_000);
    expect(message).toContain('too many certificates (5) already issued');
    expect(problem?.status).toBe(429);
    expect(proxy.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('waits five minutes after a 503 that does not say how long', async () => {
    proxy.addFault({ status: 503, body: 'maintenance' });
    const failure = await account.placeOrder(['closed.test'], limit).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RateLimited);
    expect((failure as RateLimited).until.getTime() - Date.now()).toBeGreaterThan(290_000);
  });

  it('goes on with the order that was limited while it was proved, with nothing left behind', async () => {
    const shelf = new OrderShelf();
    const placed = await account.placeOrder(['parked.test'], limit);
    proxy.addFault({ method: 'POST', path: /chalZ/i, status: 429, headers: { 'retry-after': '60' }, times: 1 });
    const options = { ...limit, account, solver: web, keep: shelf.keep };
    await expect(proveNames(placed, options)).rejects.toBeInstanceOf(RateLimited);
    expect(web.files.size).toBe(0);
    const proved = await proveNames(shelf.read(), options);
    expect(proved).toMatchObject({ url: placed.url, status: 'ready', presented: [] });
  });

  it('ends in time with a frozen CA, and can go on when it thaws', async () => {
    const placed = await account.placeOrder(['frozen.test'], limit);
    pebble.freeze();
    const begin = performance.now();
    await expect(account.look(placed, { deadlineMs: 700 })).rejects.toMatchObject({
      code: 'DEADLINE',
      message: 'Reading the order did not end within 1 s.',
    });
    expect(performance.now() - begin).toBeLessThan(2_000);
    pebble.thaw();
    expect(await account.look(placed, limit)).toMatchObject({ status: 'pending' });
  });

  it('ends at once when it is aborted, with the caller’s reason, and withdraws the proof', async () => {
    const shelf = new OrderShelf();
    const placed = await account.placeOrder(['aborted.test'], limit);
    const controller = new AbortController();
    const solver = {
      ...web,
      settle: async () => {
        pebble.freeze();
        setTimeout(() => controller.abort(new Error('cancelled by ada')), 100);
      },
    };
    const options = { ...limit, account, solver, keep: shelf.keep, signal: controller.signal };
    await expect(proveNames(placed, options))
      .rejects.toThrow('cancelled by ada')
      .finally(() => pebble.thaw());
    expect(web.files.size).toBe(0);
    expect(shelf.read().presented).toEqual([]);
  });

  it('says so when nobody listens, and when the certificate of the CA is not trusted', async () => {
    const accountKey = newAccountKey();
    const nobody = new AcmeAccount({ directoryUrl: 'https://127.0.0.1:9/dir', accountKey });
    await expect(nobody.register([], limit)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: '127.0.0.1:9 cannot be reached: connect ECONNREFUSED 127.0.0.1:9.',
    });
    const stranger = new AcmeAccount({ directoryUrl: pebble.directoryUrl, accountKey });
    await expect(stranger.register([], limit)).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
    expect(() => new AcmeAccount({ directoryUrl: 'http://127.0.0.1/dir', accountKey })).toThrow(/begins with https/);
  });

  it('connects only where it may', async () => {
    const refusing = new AcmeAccount({
      ...{ directoryUrl: pebble.directoryUrl, accountKey: newAccountKey(), trustedRoots: [pebble.tls.certificate] },
      reach: () => Promise.reject(new Error('it is not allowed')),
    });
    await expect(refusing.register([], limit)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('it is not allowed'),
    });
    const asked: string[] = [];
    const reach = async (host: string, port: number) => {
      asked.push(`${host} ${port}`);
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const elsewhere = { directoryUrl: pebble.directoryUrl.replace('127.0.0.1', 'localhost'), reach };
    await registeredAccount(pebble, elsewhere);
    expect(asked).toContain(`localhost ${pebble.port}`);
  });

  it('asks for the directory and for a nonce once, and goes on with the nonce that each answer bears', async () => {
    proxy.requests.length = 0;
    const certificate = await issue(await another(), ['one.thrifty.test', 'two.thrifty.test'], web);
    expect(certificate).toContain('BEGIN CERTIFICATE');
    expect(proxy.requests.filter((request) => request === 'GET /dir')).toHaveLength(1);
    // Two authorizations are read at the same time, so that takes a second one.
    expect(proxy.requests.filter((request) => request.startsWith('HEAD')).length).toBeLessThanOrEqual(2);
  });

  it('does not look before the CA has said to, also when it says so to the request that was handed in', async () => {
    const { keep } = new OrderShelf();
    const placed = await account.placeOrder(['patience.test'], limit);
    const proved = await proveNames(placed, { ...limit, account, solver: web, keep });
    const body = { ...proved, status: 'processing', identifiers: [{ type: 'dns', value: 'patience.test' }] };
    proxy.addFault({ method: 'POST', path: /finalize/, status: 200, headers: { 'retry-after': '60' }, body });
    proxy.requests.length = 0;
    const asked = account.finalize(proved, await signingRequest(['patience.test']), limit);
    await expect(asked).rejects.toBeInstanceOf(RateLimited);
    expect(proxy.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('reads when the CA wants a certificate renewed, and says in the next order what that replaces', async () => {
    const certificate = await issue(account, ['ari.test'], web);
    expect(await account.renewalInformation(certificate, limit)).toBeNull();
    const [start, end] = [new Date('2027-01-02T00:00:00Z'), new Date('2027-01-03T00:00:00Z')];
    proxy.suggestWindow({ start, end, explanationUrl: 'https://ca.test/incident', retryAfter: 3_600 });
    const later = await another();
    const information = await later.renewalInformation(certificate, limit);
    expect(information).toMatchObject({ start, end, explanationUrl: 'https://ca.test/incident' });
    const again = (information?.askAgainAt.getTime() ?? 0) - Date.now();
    expect(again).toBeGreaterThan(3_590_000);
    expect(again).toBeLessThanOrEqual(3_600_000);
    const moment = pickMoment({ start, end }, 0.5);
    expect(moment.toISOString()).toBe('2027-01-02T12:00:00.000Z');
    expect(proxy.requests.at(-1)).toMatch(/^GET \/renewal-info\/[\w-]+\.[\w-]+$/);
    const order = await later.placeOrder(['ari.test'], { ...limit, replaces: certificate });
    expect(order.status).toBe('pending');
  });

  it('places the order without a hint that the CA refuses', async () => {
    const certificate = await issue(account, ['replaced.test'], web);
    proxy.suggestWindow({ start: new Date(0), end: new Date(1) });
    const body = { type: 'urn:ietf:params:acme:error:alreadyReplaced', detail: 'already replaced' };
    proxy.addFault({ method: 'POST', path: /order-plz/, status: 409, body, times: 1 });
    expect(await (await another()).placeOrder(['replaced.test'], { ...limit, replaces: certificate })).toMatchObject({
      names: ['replaced.test'],
    });
  });

  it('gives what the CA issued as it is, for the caller to judge: other names, or a chain cut short', async () => {
    proxy.changeChain(forOtherNames('elsewhere.test'));
    expect(new X509Certificate(await issue(account, ['asked.test'], web)).subjectAltName).toBe('DNS:elsewhere.test');
    proxy.changeChain(withoutIntermediates);
    expect((await issue(account, ['short.test'], web)).match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
  });

  it('tells where the CA’s terms are, and that an address is no directory', async () => {
    expect(await account.termsOfService(limit)).toMatch(/^data:|^https?:/);
    proxy.addFault({ path: /dir/, status: 200, body: '"a page"' });
    const trustedRoots = [pebble.tls.certificate];
    const stranger = new AcmeAccount({ directoryUrl: proxy.directoryUrl, accountKey: newAccountKey(), trustedRoots });
    await expect(stranger.termsOfService(limit)).rejects.toThrow('is no ACME directory');
  });

  it('does not take something else for a certificate', async () => {
    proxy.addFault({ method: 'POST', path: /certZ/i, status: 200, body: { certificate: 'later' } });
    await expect(issue(account, ['nonsense.test'], web)).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER' });
  });
});

(reason ? describe.skip : describe)('a CA that rejects half of the nonces', () => {
  it('issues fifty certificates of fifty', async () => {
    const pebble = await startPebble({ rejectedNonces: 50 });
    const web = await startProofServer(pebble.httpPort);
    try {
      const account = await registeredAccount(pebble);
      const names = Array.from({ length: 50 }, (_, index) => `n${index}.nonce.test`);
      const issued: string[] = [];
      for (const name of names) {
        issued.push(new X509Certificate(await issue(account, [name], web)).subjectAltName ?? '');
      }
      expect(issued).toEqual(names.map((name) => `DNS:${name}`));
    } finally {
      await web.stop();
      await pebble.stop();
    }
  }, 120_000);
});

(reason ? describe.skip : describe)('a CA that wants accounts bound to a contract', () => {
  const hmacKey = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';
  let pebble: Pebble;

  beforeAll(async () => {
    pebble = await startPebble({ externalAccounts: { 'contract-1': hmacKey } });
  });
  afterAll(() => pebble.stop());

  it('takes an account that is bound, and finds it again by its key', async () => {
    const accountKey = newAccountKey();
    const externalAccountBinding = { kid: 'contract-1', hmacKey };
    const account = await registeredAccount(pebble, { accountKey, externalAccountBinding });
    expect((await account.placeOrder(['bound.test'], limit)).status).toBe('pending');
    expect(await account.register(['ada@example.test'], limit)).toMatch(/^https:/);
  });

  it.each([
    ['none', undefined],
    ['an unknown one', { kid: 'contract-2', hmacKey }],
    ['one with another secret', { kid: 'contract-1', hmacKey: `${hmacKey.slice(1)}A` }],
  ])('refuses %s, in its own words', async (_which, externalAccountBinding) => {
    const failure = await registeredAccount(pebble, { externalAccountBinding }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'REFUSED', problem: { detail: expect.stringMatching(/.{10}/) } });
    expect((failure as AcmeError).message).toContain((failure as AcmeError).problem?.detail);
  });
});
