import { X509Certificate } from 'node:crypto';
import {
  type NameServer,
  type Pebble,
  startNameServer,
  startPebble,
  whyNoNameServer,
  whyNoPebble,
} from '@lockstep/server-testing';
import {
  type AcmeAccount,
  type DnsSolverOptions,
  type TsigKey,
  dnsSolver,
  dnsUpdate,
  proveNames,
} from '../src/index.js';
import { OrderShelf, limit, registeredAccount, signingRequest } from './acme-client.spec-support.js';

const reason = (await whyNoNameServer()) ?? (await whyNoPebble());
const title = reason ? `updates of a real name server (left out: ${reason})` : 'updates of a real name server';
const zone = 'zone.test';
const { signal } = new AbortController();

(reason ? describe.skip : describe)(title, () => {
  let server: NameServer;
  let key: TsigKey;
  const name = `_acme-challenge.host.${zone}`;

  beforeAll(async () => {
    const records = [`_acme-challenge.alias CNAME ${`_acme-challenge.real.${zone}.`}`];
    server = await startNameServer({ zone, records });
    key = { ...server.key, algorithm: 'hmac-sha256' };
  });
  afterAll(() => server.stop());

  const provider = (changed: Partial<TsigKey> = {}) =>
    dnsUpdate({ host: '127.0.0.1', port: server.port, key: { ...key, ...changed } });

  it('adds two values to one name and takes one away, each as often as one likes', async () => {
    for (const value of ['one', 'two', 'two']) await provider().publish({ name, value }, signal);
    expect((await server.texts(name)).sort()).toEqual(['one', 'two']);
    for (const value of ['one', 'one', 'never there']) await provider().remove({ name, value }, signal);
    expect(await server.texts(name)).toEqual(['two']);
    await provider().remove({ name, value: 'two' }, signal);
    expect(await server.texts(name)).toEqual([]);
  });

  it.each([
    ['the secret is another one', { secret: Buffer.from('wrong').toString('base64') }, /BADSIG/],
    ['the key is unknown', { name: 'nobody' }, /BADKEY/],
  ])('says that %s', async (_what, changed, words) => {
    await expect(provider(changed).publish({ name, value: 'x' }, signal)).rejects.toMatchObject({
      code: 'DNS_REFUSED',
      message: expect.stringMatching(words),
    });
    expect(await server.texts(name)).toEqual([]);
  });

  it('says what the server does not allow, and where it has no zone', async () => {
    const elsewhere = provider().publish({ name: '_acme-challenge.host.other.test', value: 'x' }, signal);
    await expect(elsewhere).rejects.toThrow('has no zone that _acme-challenge.host.other.test is in');
    const told = dnsUpdate({ host: '127.0.0.1', port: server.port, key, zone: 'other.test' });
    await expect(told.publish({ name: 'a.other.test', value: 'x' }, signal)).rejects.toThrow(/NOTAUTH/);
    const nobody = dnsUpdate({ host: '127.0.0.1', port: 9, key, zone });
    await expect(nobody.publish({ name, value: 'x' }, signal)).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/);
  });

  describe('as proof for a CA that asks this server', () => {
    let pebble: Pebble;
    let account: AcmeAccount;

    beforeAll(async () => {
      pebble = await startPebble({ dnsServer: `127.0.0.1:${server.port}` });
      account = await registeredAccount(pebble);
    });
    afterAll(() => pebble.stop());

    const solver = (options: Partial<DnsSolverOptions> = {}) =>
      dnsSolver({
        provider: provider(),
        resolvers: [`127.0.0.1:${server.port}`],
        authoritativePort: server.port,
        ...options,
      });

    it('issues for apex and wildcard together and leaves no record', async () => {
      const names = [zone, `*.${zone}`];
      const shelf = new OrderShelf();
      const placed = await account.placeOrder(names, limit);
      const proved = await proveNames(placed, { ...limit, account, solver: solver(), keep: shelf.keep });
      const done = await account.finalize(proved, await signingRequest(names), limit);
      const { subjectAltName } = new X509Certificate(await account.download(done, limit));
      expect(subjectAltName?.split(', ').sort()).toEqual([`DNS:*.${zone}`, `DNS:${zone}`]);
      expect(await server.texts(`_acme-challenge.${zone}`)).toEqual([]);
    });

    it('publishes where an alias leads', async () => {
      const shelf = new OrderShelf();
      const seen: string[][] = [];
      const real = solver();
      const watched = {
        ...real,
        settle: async (...parameters: Parameters<NonNullable<typeof real.settle>>) => {
          await real.settle?.(...parameters);
          seen.push(await server.texts(`_acme-challenge.real.${zone}`));
        },
      };
      const placed = await account.placeOrder([`alias.${zone}`], limit);
      const proved = await proveNames(placed, { ...limit, account, solver: watched, keep: shelf.keep });
      expect(proved.status).toBe('ready');
      expect(seen).toEqual([[expect.stringMatching(/^[\w-]{43}$/)]]);
      expect(await server.texts(`_acme-challenge.real.${zone}`)).toEqual([]);
    });

    it('never asks the CA to look when an authoritative server does not show the record', async () => {
      const shelf = new OrderShelf();
      const placed = await account.placeOrder([`late.${zone}`], limit);
      const forgetful = { ...provider(), publish: () => Promise.resolve() };
      const late = dnsSolver({
        ...{ provider: forgetful, resolvers: [`127.0.0.1:${server.port}`], authoritativePort: server.port },
        propagationMs: 600,
      });
      await expect(proveNames(placed, { ...limit, account, solver: late, keep: shelf.keep })).rejects.toMatchObject({
        code: 'DNS_NOT_PROPAGATED',
        message: `The TXT record _acme-challenge.late.${zone} is not shown by ns1.${zone} (127.0.0.1).`,
      });
      expect((await account.look(shelf.read(), limit)).status).toBe('pending');
    });

    it('tells which server of the zone may not be asked, and who says so', async () => {
      const refusal = new Error('Nobody may reach 127.0.0.1.');
      const strict = solver({ reach: () => Promise.reject(refusal) });
      const placed = await account.placeOrder([`strict.${zone}`], limit);
      const { keep } = new OrderShelf();
      await expect(proveNames(placed, { ...limit, account, solver: strict, keep })).rejects.toMatchObject({
        code: 'DNS_REFUSED',
        message: `The name servers of ${zone} cannot be asked: Nobody may reach 127.0.0.1.`,
        cause: refusal,
      });
    });

    it('withdraws the records when the CA does not find them valid, and when it is aborted', async () => {
      const at = `_acme-challenge.wrong.${zone}`;
      const shelf = new OrderShelf();
      const real = solver();
      const wrong = {
        ...real,
        present: (challenge: Parameters<typeof real.present>[0], limited: AbortSignal) =>
          real.present({ ...challenge, content: 'wrong' }, limited),
        settle: undefined,
        withdraw: (challenge: Parameters<typeof real.withdraw>[0], limited: AbortSignal) =>
          real.withdraw({ ...challenge, content: 'wrong' }, limited),
      };
      const placed = await account.placeOrder([`wrong.${zone}`], limit);
      const attempt = proveNames(placed, { ...limit, account, solver: wrong, keep: shelf.keep });
      await expect(attempt).rejects.toMatchObject({ code: 'CHALLENGE_FAILED' });
      expect(await server.texts(at)).toEqual([]);

      const controller = new AbortController();
      const aborting = { ...real, settle: async () => controller.abort(new Error('cancelled')) };
      const second = await account.placeOrder([`wrong.${zone}`], limit);
      const options = { ...limit, account, solver: aborting, keep: shelf.keep, signal: controller.signal };
      await expect(proveNames(second, options)).rejects.toThrow('cancelled');
      expect(await server.texts(at)).toEqual([]);
    });
  });
});
