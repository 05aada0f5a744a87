import { X509Certificate } from 'node:crypto';
import { type Pebble, startPebble, whyNoPebble } from '@lockstep/server-testing';
import {
  AcmeAccount,
  AcmeError,
  type AccountOptions,
  type Solver,
  type StoredOrder,
  proveNames,
  withdrawPresented,
} from '../src/index.js';
import {
  OrderShelf,
  type ProofServer,
  challengeServerSolver,
  limit,
  newAccountKey,
  registeredAccount,
  signingRequest,
  startProofServer,
} from './acme-client.spec-support.js';

const reason = await whyNoPebble();
const title = reason ? `issuance by ACME (left out: ${reason})` : 'issuance by ACME';

(reason ? describe.skip : describe)(title, () => {
  let pebble: Pebble;
  let web: ProofServer;
  let account: AcmeAccount;

  beforeAll(async () => {
    pebble = await startPebble({ alternateRoots: 1, certificateSeconds: 3_600 });
    web = await startProofServer(pebble.httpPort);
    account = await registeredAccount(pebble);
  });

  afterAll(async () => {
    await web.stop();
    await pebble.stop();
  });

  async function issue(names: string[], solver: Solver): Promise<{ chain: string; order: StoredOrder }> {
    const shelf = new OrderShelf();
    const placed = await account.placeOrder(names, limit);
    const proved = await proveNames(placed, { ...limit, account, solver, keep: shelf.keep });
    const order = await account.finalize(proved, await signingRequest(names), limit);
    return { order, chain: await account.download(order, limit) };
  }

  it('issues for a name that the CA has looked up over HTTP', async () => {
    const { chain, order } = await issue(['www.http.test'], web);
    const leaf = new X509Certificate(chain);
    expect(leaf.subjectAltName).toBe('DNS:www.http.test');
    expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBeLessThanOrEqual(3_600_000);
    expect(chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(order.presented).toEqual([]);
    expect(web.files.size).toBe(0);
  });

  it('issues for apex and wildcard together, with both values on one name', async () => {
    const solver = challengeServerSolver(pebble);
    const seen: number[] = [];
    const watched: Solver = {
      ...solver,
      settle: async (challenges) => {
        expect(new Set(challenges.map(({ location }) => location)).size).toBe(1);
        seen.push(solver.shown.length);
      },
    };
    const { chain } = await issue(['example.test', '*.example.test'], watched);
    expect(new X509Certificate(chain).subjectAltName?.split(', ').sort()).toEqual([
      'DNS:*.example.test',
      'DNS:example.test',
    ]);
    expect(seen).toEqual([2]);
    expect(solver.shown).toEqual([]);
  });

  it('tells the CA’s words when the proof is wrong, and withdraws it', async () => {
    const lying: Solver = { ...web, present: async ({ location }) => void web.files.set(location, 'something else') };
    const failure = await issue(['liar.http.test'], lying).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AcmeError);
    expect(failure).toMatchObject({ code: 'CHALLENGE_FAILED' });
    expect((failure as AcmeError).message).toMatch(
      /could not verify liar\.http\.test: .*key authorization.*something else/is,
    );
    expect((failure as AcmeError).problem?.type).toBe('urn:ietf:params:acme:error:unauthorized');
    expect(web.files.size).toBe(0);
  });

  it('says that a wildcard needs DNS-01', async () => {
    await expect(issue(['*.http.test'], web)).rejects.toMatchObject({
      code: 'CHALLENGE_NOT_OFFERED',
      message: 'For *.http.test the CA offers dns-01, not http-01. A wildcard needs DNS-01.',
    });
  });

  it('tells the CA’s words when a name is refused', async () => {
    await expect(account.placeOrder(['not_a_name'], limit)).rejects.toMatchObject({
      code: 'REFUSED',
      problem: { type: expect.stringMatching(/rejectedIdentifier|malformed/), detail: expect.stringMatching(/.../) },
    });
  });

  it('stores what it publishes before it publishes it, and what it could not withdraw', async () => {
    const shelf = new OrderShelf();
    const storedFirst: boolean[] = [];
    const stuck: Solver = {
      ...web,
      present: async (challenge, signal) => {
        storedFirst.push(shelf.read().presented.some(({ location }) => location === challenge.location));
        await web.present(challenge, signal);
      },
      withdraw: async () => Promise.reject(new Error('the host is gone')),
    };
    const placed = await account.placeOrder(['stuck.http.test'], limit);
    const proved = await proveNames(placed, { ...limit, account, solver: stuck, keep: shelf.keep });
    expect(proved.status).toBe('ready');
    expect(storedFirst).toEqual([true]);
    expect(shelf.read().presented).toHaveLength(1);
    expect(web.files.size).toBe(1);
    await withdrawPresented(shelf.read(), { solver: web, keep: shelf.keep });
    expect(web.files.size).toBe(0);
    expect(shelf.read().presented).toEqual([]);
  });

  it('withdraws nothing that was refused or never begun, but what was published before', async () => {
    const withdrawn: string[] = [];
    const refusing: Solver = {
      ...web,
      present: () => Promise.reject(new Error('told anew', { cause: new AcmeError('DNS_REFUSED', 'not allowed') })),
      withdraw: async ({ identifier }) => Promise.reject(new Error(String(withdrawn.push(identifier)))),
    };
    const shelf = new OrderShelf();
    const options = { ...limit, account, solver: refusing, keep: shelf.keep };
    const placed = await account.placeOrder(['one.http.test', 'two.http.test'], limit);
    await expect(proveNames(placed, options)).rejects.toThrow('told anew');
    expect(shelf.history[0]?.presented).toHaveLength(2);
    expect([shelf.read().presented, withdrawn]).toEqual([[], []]);

    const before = shelf.history[0] ?? placed;
    await expect(proveNames(before, options)).rejects.toThrow('told anew');
    expect(withdrawn.toSorted()).toEqual(['one.http.test', 'two.http.test']);
    expect(shelf.read().presented).toHaveLength(2);
  });

  it('takes the chain that ends at the preferred issuer', async () => {
    const { order, chain } = await issue(['chains.http.test'], web);
    const other = new X509Certificate(await pebble.root(1));
    const preferredChain = /CN=(.*)/.exec(other.subject)?.[1] ?? '';
    const preferred = await account.download(order, { ...limit, preferredChain });
    const last = (pem: string): X509Certificate => new X509Certificate(pem.slice(pem.lastIndexOf('-----BEGIN')));
    expect(last(chain).issuer).not.toContain(preferredChain);
    expect(last(preferred).checkIssued(other)).toBe(true);
    expect(await account.download(order, { ...limit, preferredChain: 'Nobody' })).toBe(chain);
  });

  describe('when the process is lost', () => {
    const names = ['resume.http.test'];

    const stages = ['placed', 'published', 'proved', 'finalized', 'downloaded'] as const;

    it.each(stages)('goes on with the same order after it was %s', async (stage) => {
      const request = await signingRequest(names);
      const options: AccountOptions = {
        ...{ directoryUrl: pebble.directoryUrl, trustedRoots: [pebble.tls.certificate], accountKey: newAccountKey() },
      };
      const first = new AcmeAccount(options);
      const accountUrl = await first.register([], limit);
      const shelf = new OrderShelf();
      await shelf.keep(await first.placeOrder(names, limit));
      await runUntil(stage, { first, shelf, request });
      const { url } = shelf.read();

      // Another process: nothing is left but the account and the stored text.
      const second = new AcmeAccount({ ...options, accountUrl });
      const looked = await second.look(shelf.read(), limit);
      const proved = await proveNames(looked, { ...limit, account: second, solver: web, keep: shelf.keep });
      const done = await second.finalize(proved, request, limit);
      expect(done.url).toBe(url);
      expect(new X509Certificate(await second.download(done, limit)).subjectAltName).toBe(`DNS:${names.join()}`);
      expect(web.files.size).toBe(0);
    });

    async function runUntil(
      stage: (typeof stages)[number],
      { first, shelf, request }: { first: AcmeAccount; shelf: OrderShelf; request: string },
    ): Promise<void> {
      if (stage === 'placed') return;
      if (stage === 'published') {
        // Lost between publishing and withdrawing: not even the last word was stored.
        const lost: Solver = {
          ...web,
          settle: () => Promise.reject(new Error('lost')),
          withdraw: () => Promise.reject(new Error('lost')),
        };
        const attempt = proveNames(shelf.read(), { ...limit, account: first, solver: lost, keep: shelf.keep });
        await expect(attempt).rejects.toThrow('lost');
        expect(web.files.size).toBe(1);
        return;
      }
      await proveNames(shelf.read(), { ...limit, account: first, solver: web, keep: shelf.keep });
      if (stage === 'proved') return;
      const done = await first.finalize(await first.look(shelf.read(), limit), request, limit);
      if (stage === 'finalized') return;
      await first.download(done, limit);
    }
  });

  it('does not mind that what was stored about the order is old', async () => {
    const names = ['stale.http.test'];
    const request = await signingRequest(names);
    const placed = await account.placeOrder(names, limit);
    await expect(account.finalize({ ...placed, status: 'ready' }, request, limit)).rejects.toMatchObject({
      code: 'ORDER_INVALID',
      message: 'The order cannot be finalized: not all of its names are proved yet.',
    });
    const proved = await proveNames(placed, { ...limit, account, solver: web, keep: new OrderShelf().keep });
    expect(proved.status).toBe('ready');
    const first = await account.finalize(proved, request, limit);
    expect(await account.finalize(proved, request, limit)).toEqual(first);
    expect(await account.finalize(placed, request, limit)).toEqual(first);
  });

  it('says that the CA does not know an order any more', async () => {
    const placed = await account.placeOrder(['gone.http.test'], limit);
    const gone = { ...placed, url: `${placed.url}x` };
    await expect(account.look(gone, limit)).rejects.toMatchObject({ code: 'ORDER_GONE' });
  });
});
