import type { Certificate, Issuer, Operation, ReadinessFinding, StartAnswer } from '@lockstep/contract';
import { type NameServer, startNameServer, tlsSite, webRoot, whyNoNameServer } from '@lockstep/server-testing';
import { AcmeStage, whyNoAcmeStage } from './acme-stage.js';

const reason = (await whyNoAcmeStage()) ?? (await whyNoNameServer());
const title = reason ? `a rehearsal with ACME (left out: ${reason})` : 'a rehearsal with ACME';

(reason ? describe.skip : describe)(title, () => {
  let stage: AcmeStage;
  let names: NameServer;

  beforeAll(async () => {
    [stage, names] = await Promise.all([AcmeStage.start(), startNameServer({ zone: 'zone.test' })]);
  }, 300_000);
  beforeEach(() => {
    stage.proxy.requests.length = 0;
  });
  afterAll(() => Promise.all([stage.stop(), names.stop()]), 60_000);

  const rehearse = async ({ id }: Certificate): Promise<Operation> => {
    const { body } = await stage.server.call<StartAnswer>(`POST /certificates/${String(id)}/check-readiness`);
    const operation = await stage.server.ended(body.operationId);
    expect(stage.orders).toBe(0);
    return operation;
  };
  const told = ({ metadata }: Operation, topics: readonly string[]): string[] =>
    (metadata['findings'] as ReadinessFinding[])
      .filter(({ topic }) => topics.includes(topic))
      .map(({ state, tried, found }) => `${state}: ${tried}: ${found}`);

  it('asks the CA what it offers, orders nothing and makes no account', async () => {
    const issuer = await stage.addIssuer('by file');
    const certificate = await stage.site(issuer);
    const operation = await rehearse(certificate);
    expect(operation).toMatchObject({ status: 'completed', effect: 'none' });
    expect(told(operation, ['issuer', 'challenge'])).toEqual([
      expect.stringMatching(/^ok: Ask 127.0.0.1:\d+ what it offers: It answers; the first renewal opens the account/),
      expect.stringMatching(new RegExp(`^warning: Look up ${tlsSite.name}: Lockstep finds no address`)),
      expect.stringContaining(`ok: Put a proof below ${webRoot} as lockstep`),
    ]);
    expect((await stage.read<Issuer>(issuer, 'issuers')).acme?.account).toBeNull();
    expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
    expect(await stage.place.host.execute(`ls -A ${webRoot}/.well-known`)).toBe('acme-challenge\n');
    expect(told(await rehearseAgain(certificate), ['issuer'])).toEqual([expect.stringContaining('knows our account')]);
  }, 120_000);

  const rehearseAgain = (certificate: Certificate): Promise<Operation> => {
    stage.proxy.requests.length = 0;
    return rehearse(certificate);
  };

  it('sees that proofs cannot be put where they are shown', async () => {
    const issuer = await stage.addIssuer('closed', {
      challenge: { kind: 'http-01', answeredBy: 'host', folder: '/srv/closed' },
    });
    await stage.place.host.execute('mkdir -p /srv/closed && chmod 755 /srv/closed');
    const operation = await rehearse(await stage.aside('closed', issuer));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_READY' });
    expect(told(operation, ['challenge']).join()).toContain('blocks: Put a proof below /srv/closed as lockstep');
  }, 60_000);

  it('sees that the CA cannot be reached, and looks at the host all the same', async () => {
    const issuer = await stage.addIssuer('gone', { directoryUrl: 'https://127.0.0.1:9/dir' });
    const operation = await rehearse(await stage.aside('gone', issuer));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_READY' });
    expect(told(operation, ['issuer'])).toEqual([expect.stringMatching(/^blocks: Ask 127.0.0.1:9 what it offers: /)]);
    expect(told(operation, ['folder'])).toEqual([expect.stringMatching(/^ok/)]);
  }, 60_000);

  describe('by DNS', () => {
    const byDns = (secret: string, domain: string): Promise<Certificate> =>
      stage
        .addIssuer(domain, {
          challenge: {
            kind: 'dns-01',
            resolvers: [`127.0.0.1:${String(names.port)}`],
            provider: {
              kind: 'rfc2136',
              server: '127.0.0.1',
              port: names.port,
              zone: 'zone.test',
              key: { name: names.key.name, secret },
            },
          },
        })
        .then((issuer) => stage.aside(domain, issuer, [domain, `*.${domain}`]));

    it('really puts up a record and takes it away', async () => {
      const operation = await rehearse(await byDns(names.key.secret, 'shop.zone.test'));
      expect(operation).toMatchObject({ status: 'completed' });
      expect(told(operation, ['challenge'])).toEqual([
        'ok: Put a TXT record at _acme-challenge.shop.zone.test and take it away: The provider did both.',
      ]);
      expect(await names.texts('_acme-challenge.shop.zone.test')).toEqual([]);
    }, 60_000);

    it('sees that a key may not do that', async () => {
      const operation = await rehearse(await byDns(Buffer.alloc(32).toString('base64'), 'mail.zone.test'));
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_READY' });
      expect(told(operation, ['challenge'])).toEqual([expect.stringMatching(/^blocks: Put a TXT record/)]);
      expect(await names.texts('_acme-challenge.mail.zone.test')).toEqual([]);
    }, 60_000);
  });
});
