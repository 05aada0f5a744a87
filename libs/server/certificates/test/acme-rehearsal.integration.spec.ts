import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate, Issuer, Operation } from '@lockstep/contract';
import { freePort, runsAsRoot, tlsSite, waitUntil, webRoot, whyNoNameServer } from '@lockstep/server-testing';
import { whyNoAcmeStage } from './acme-stage.js';
import { RehearsalStage, ownLoopback, told } from './rehearsal-stage.js';

const reason =
  (await whyNoAcmeStage()) ?? (await whyNoNameServer()) ?? (runsAsRoot ? undefined : 'low ports are for root alone');
const title = reason ? `a rehearsal with ACME (left out: ${reason})` : 'a rehearsal with ACME';
const noStaging =
  'not_tried: Have the names proved at the staging of the authority: Not tried: this issuer names no staging directory.';

(reason ? describe.skip : describe)(title, () => {
  let stage: RehearsalStage;
  let hooks: string;
  const [own, ofLockstep, elsewhere, secured] = [ownLoopback(), ownLoopback(), ownLoopback(), ownLoopback()];

  beforeAll(async () => {
    hooks = await mkdtemp(join(tmpdir(), 'lockstep-hooks-'));
    stage = await RehearsalStage.start({
      dnsHooksFolder: hooks,
      challengeListener: { host: ofLockstep, port: 80 },
    });
    await stage.serve(`${own}:80`);
    await stage.serve(`${elsewhere}:80`, 'return 404 "nothing of this kind";');
    await stage.serve(`${secured}:80`, 'return 301 https://$host$request_uri;');
    const { certificatePath, keyPath } = tlsSite;
    const pair = `ssl_certificate ${certificatePath}; ssl_certificate_key ${keyPath};`;
    await stage.serve(`${secured}:443 ssl`, `${pair} root ${webRoot};`);
  }, 300_000);
  afterEach(async () => {
    expect(await stage.shown()).toBe(0);
  });
  afterAll(async () => {
    await stage.stop();
    await rm(hooks, { recursive: true });
  }, 60_000);

  const expectBlocked = (operation: Operation): void =>
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_READY', effect: 'none' });

  it('asks the CA what it offers, orders nothing and makes no account', async () => {
    const issuer = await stage.acme.addIssuer('by file');
    const certificate = await stage.acme.site(issuer);
    const operation = await stage.rehearse(certificate);
    expect(operation).toMatchObject({ status: 'completed', effect: 'none' });
    expect(told(operation, 'issuer', 'challenge')).toEqual([
      expect.stringMatching(/^ok: Ask 127.0.0.1:\d+ what it offers: It answers; the first renewal opens the account/),
      noStaging,
      `ok: Put a proof below ${webRoot} and take it away: This login did both.`,
      `warning: Fetch a proof from port 80 of ${tlsSite.name}: Not seen from here: ${tlsSite.name} has no address: there is no such name.`,
    ]);
    expect((await stage.acme.read<Issuer>(issuer, 'issuers')).acme?.account).toBeNull();
    expect(await stage.acme.renew(certificate)).toMatchObject({ status: 'completed' });
    expect(told(await stage.rehearse(certificate), 'issuer')).toEqual([expect.stringContaining('knows our account')]);
  }, 120_000);

  it('sees that the CA cannot be reached, and looks at the host all the same', async () => {
    const issuer = await stage.acme.addIssuer('gone', { directoryUrl: 'https://127.0.0.1:9/dir' });
    const operation = await stage.rehearse(await stage.acme.aside('gone', issuer));
    expectBlocked(operation);
    expect(told(operation, 'issuer')).toEqual([expect.stringMatching(/^blocks: Ask 127.0.0.1:9 what it offers: /)]);
    expect(told(operation, 'folder')).toEqual([expect.stringMatching(/^ok/)]);
  }, 60_000);

  describe('by files of a host', () => {
    it('fetches the proof as the authority would, and lets itself be led on by it', async () => {
      const issuer = await stage.acme.addIssuer('fetched');
      const certificate = await stage.acme.aside('fetched', issuer, [own, elsewhere, secured, '169.254.7.7']);
      const operation = await stage.rehearse(certificate);
      expectBlocked(operation);
      expect(told(operation, 'challenge').slice(2)).toEqual([
        `ok: Fetch a proof from port 80 of ${own}: It is the one that was put there.`,
        expect.stringMatching(
          `^blocks: Fetch a proof from port 80 of ${elsewhere}: Something else .nginx.* status 404`,
        ),
        `ok: Fetch a proof from port 80 of ${secured}: It is the one that was put there.`,
        expect.stringMatching(/^not_tried: Fetch a proof from port 80 of 169.254.7.7: Lockstep may not reach/),
      ]);
      expect(JSON.stringify(operation.metadata)).toContain('nothing of this kind');
    }, 60_000);

    it('sees that proofs cannot be put where they are shown', async () => {
      const challenge = { kind: 'http-01', answeredBy: 'host', folder: '/srv/closed' };
      const issuer = await stage.acme.addIssuer('closed', { challenge });
      await stage.acme.place.host.execute('mkdir -p /srv/closed && chmod 755 /srv/closed');
      const operation = await stage.rehearse(await stage.acme.aside('closed', issuer));
      expectBlocked(operation);
      expect(told(operation, 'challenge').slice(1)).toEqual([
        expect.stringMatching(/^blocks: Put a proof below \/srv\/closed and take it away: .*may not write there/),
      ]);
    }, 60_000);

    it('logs in to the connection where they are put, where that is another one', async () => {
      const { host } = stage.acme.place;
      await host.execute('mkdir -p /srv/other && chown lockstep: /srv/other');
      const place = ownLoopback();
      await stage.serve(`${place}:80`, 'root /srv/other;');
      const there = await stage.acme.server.addConnection('proofs', host);
      const challenge = { kind: 'http-01', answeredBy: 'host', folder: '/srv/other', connectionId: there };
      const issuer = await stage.acme.addIssuer('other', { challenge });
      const operation = await stage.rehearse(await stage.acme.aside('other', issuer, [place]));
      expect(operation.status).toBe('completed');
      expect(told(operation, 'challenge').slice(1)).toEqual([
        'ok: Put a proof below /srv/other and take it away: This login did both.',
        `ok: Fetch a proof from port 80 of ${place}: It is the one that was put there.`,
      ]);
    }, 60_000);

    it('sees that such a connection is not to be reached', async () => {
      const nowhere = await stage.acme.server.addConnection('nowhere', {
        ...stage.acme.place.host,
        username: 'lockstep',
        port: await freePort(),
      });
      const challenge = { kind: 'http-01', answeredBy: 'host', folder: '/srv/other', connectionId: nowhere };
      const issuer = await stage.acme.addIssuer('nowhere', { challenge });
      const certificate = await stage.acme.aside('nowhere', issuer);
      const operation = await stage.rehearse(certificate);
      expectBlocked(operation);
      expect(told(operation, 'challenge').slice(1)).toEqual([expect.stringContaining('refused the connection')]);
      await stage.forget(certificate);
    }, 60_000);
  });

  describe('answered by Lockstep', () => {
    it('sees that port 80 of each name leads here, or what answers instead', async () => {
      const challenge = { kind: 'http-01', answeredBy: 'lockstep' };
      const issuer = await stage.acme.addIssuer('by Lockstep', { challenge });
      const operation = await stage.rehearse(
        await stage.acme.aside('by-lockstep', issuer, [ofLockstep, own, ownLoopback()]),
      );
      expectBlocked(operation);
      expect(told(operation, 'challenge').slice(1)).toEqual([
        `ok: Fetch a proof from port 80 of ${ofLockstep}: This Lockstep answers there.`,
        expect.stringMatching(`^blocks: Fetch a proof from port 80 of ${own}: Something else .nginx.* status 404`),
        expect.stringMatching(/^warning: Fetch a proof from port 80 of 127.* refused the connection/),
      ]);
      expect(JSON.stringify(operation.metadata)).toContain('Lead /.well-known/acme-challenge/ of port 80 there');
    }, 60_000);
  });

  describe('by DNS', () => {
    const hook = async (name: string, script: string): Promise<{ issuer: Issuer; said: () => Promise<string> }> => {
      const log = join(hooks, `${name}.log`);
      await writeFile(log, '');
      await writeFile(join(hooks, name), `#!/bin/sh\necho "$1 $2" >>${log}\n${script}\n`);
      await chmod(join(hooks, name), 0o755);
      const challenge = stage.byDns({ kind: 'command', program: name });
      return { issuer: await stage.acme.addIssuer(name, { challenge }), said: () => readFile(log, 'utf8') };
    };
    const twoHosts = async (name: string, issuer: Issuer): Promise<Certificate> => {
      const second = await stage.acme.server.addConnection(`${name} 2`, stage.acme.place.host);
      const file = `/home/lockstep/${name}`;
      const targets = [stage.acme.connectionId, second].map((connectionId, index) => ({
        ...{ connectionId, certificatePath: `${file}${String(index)}.pem`, keyPath: `${file}${String(index)}.key` },
      }));
      return stage.acme.server.addCertificate(name, { domains: [`${name}.zone.test`], issuerId: issuer.id, targets });
    };

    it('really puts up one record for apex and wildcard, sees it and takes it away', async () => {
      const issuer = await stage.byUpdate('by update');
      const certificate = await stage.acme.aside('records', issuer, ['shop.zone.test', '*.shop.zone.test']);
      const operation = await stage.rehearse(certificate);
      expect(operation).toMatchObject({ status: 'completed' });
      expect(told(operation, 'challenge')).toEqual([
        noStaging,
        'ok: Put a TXT record at _acme-challenge.shop.zone.test and take it away: The provider did both, and the name servers of the zone showed it.',
      ]);
      expect(await stage.names.texts('_acme-challenge.shop.zone.test')).toEqual([]);
    }, 60_000);

    it('sees that a key may not do that', async () => {
      const issuer = await stage.byUpdate('wrong key', { secret: Buffer.alloc(32).toString('base64') });
      const certificate = await stage.acme.aside('wrong-key', issuer, ['mail.zone.test']);
      const operation = await stage.rehearse(certificate);
      expectBlocked(operation);
      expect(told(operation, 'challenge').slice(1)).toEqual([expect.stringMatching(/^blocks: Put a TXT .*BADSIG/)]);
    }, 60_000);

    it('takes the record away when it is stopped in the middle', async () => {
      const { issuer, said } = await hook('slow', '[ "$1" = remove ] || exec sleep 600');
      const certificate = await stage.acme.aside('slow', issuer, ['slow.zone.test']);
      const operation = await stage.rehearse(certificate, async (id) => {
        await waitUntil('it puts the record up', async () => (await said()).includes('present') || undefined);
        await stage.cancel(id);
      });
      expect(operation.status).toBe('cancelled');
      expect(await said()).toBe('present _acme-challenge.slow.zone.test\nremove _acme-challenge.slow.zone.test\n');
    }, 60_000);

    it('tries the credential once, however many hosts there are', async () => {
      const { issuer, said } = await hook('once', 'exit 3');
      const certificate = await twoHosts('once', issuer);
      expectBlocked(await stage.rehearse(certificate));
      const { body } = await stage.acme.server.call<{ items: Operation[] }>(
        'GET /operations?type=certificate_rehearsal',
      );
      const both = body.items.filter(({ target }) => target === String(certificate.id));
      const ends = await Promise.all(both.map(({ id }) => stage.acme.server.ended(id)));
      expect(ends.map(({ status }) => status).toSorted()).toEqual(['completed', 'failed']);
      expect((await said()).match(/present/g)).toHaveLength(1);
      const other = ends.find(({ status }) => status === 'completed');
      expect(other?.steps.slice(0, 3).map(({ name, status }) => `${name} ${status}`)).toEqual([
        'issuer skipped',
        'reach completed',
        'challenge skipped',
      ]);
      await stage.forget(certificate);
    }, 60_000);
  });
});
