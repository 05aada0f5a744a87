import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issuer, Operation, Problem } from '@lockstep/contract';
import { type NameServer, runsAsRoot, startNameServer, waitUntil, whyNoNameServer } from '@lockstep/server-testing';
import { AcmeStage, whyNoAcmeStage } from './acme-stage.js';

const reason =
  (await whyNoAcmeStage()) ?? (await whyNoNameServer()) ?? (runsAsRoot ? undefined : 'port 53 is for root alone');
const title = reason ? `DNS-01 (left out: ${reason})` : 'DNS-01';
const hmacKey = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';

(reason ? describe.skip : describe)(title, () => {
  let names: NameServer;
  let stage: AcmeStage;
  let hooks: string;

  beforeAll(async () => {
    // The CA and we find the servers of the zone where they are looked for: at port 53.
    names = await startNameServer({ zone: 'shop.test', atStandardPort: true });
    hooks = await mkdtemp(join(tmpdir(), 'lockstep-hooks-'));
    const options = {
      dnsServer: `${names.address}:53`,
      externalAccounts: { 'contract-1': hmacKey },
      rejectedNonces: 50,
    };
    stage = await AcmeStage.start(options, { dnsHooksFolder: hooks });
  }, 300_000);
  afterAll(async () => {
    await stage.stop();
    await Promise.all([names.stop(), rm(hooks, { recursive: true })]);
  }, 60_000);

  const issuerOf = (name: string, provider: object, change: object = {}): Promise<Issuer> =>
    stage.addIssuer(name, {
      eab: { kid: 'contract-1', hmacKey },
      challenge: { kind: 'dns-01', resolvers: [names.address], provider },
      ...change,
    });
  const dnsUpdate = (change: object = {}): object => ({
    kind: 'rfc2136',
    server: '127.0.0.1',
    port: names.port,
    key: { ...names.key, ...change },
  });

  it('by an update of DNS proves apex and wildcard together, at a CA that wants a contract and rejects half of the nonces', async () => {
    const issuer = await issuerOf('By update', dnsUpdate());
    const certificate = await stage.aside('apex', issuer, ['shop.test', '*.shop.test']);
    expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
    const { version } = await stage.read(certificate);
    expect(version?.names.toSorted()).toEqual(['*.shop.test', 'shop.test']);
    expect(await names.texts('_acme-challenge.shop.test')).toEqual([]);
    expect((await stage.read<Issuer>(issuer, 'issuers')).acme?.account).not.toBeNull();
    for (let count = 0; count < 4; count += 1) {
      expect(await stage.renew(certificate)).toMatchObject({ status: 'completed' });
    }
    expect(await names.texts('_acme-challenge.shop.test')).toEqual([]);
  }, 120_000);

  it('tells what the DNS server objects to', async () => {
    const issuer = await issuerOf('Wrong key', dnsUpdate({ secret: Buffer.from('another secret').toString('base64') }));
    const certificate = await stage.aside('wrong', issuer, ['wrong.shop.test']);
    const operation = await stage.renew(certificate);
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'DNS_REFUSED', effect: 'none' });
    expect(operation.error).toContain('BADSIG');
    // Nothing was published, so nothing is to be taken back.
    const mine = 'SELECT FROM acme_proofs WHERE certificate_id = $1';
    expect(await stage.server.dataSource.query(mine, [certificate.id])).toHaveLength(0);
  }, 60_000);

  it('says that the DNS server may not be reached, and by which setting', async () => {
    const issuer = await issuerOf('Forbidden', { ...dnsUpdate(), server: '169.254.169.254' });
    const operation = await stage.renew(await stage.aside('forbidden', issuer, ['forbidden.shop.test']));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'NETWORK_NOT_ALLOWED', effect: 'none' });
    expect(operation.error).toMatch(
      /^The DNS server 169\.254\.169\.254 .* may not reach 169\.254\.169\.254: .*LOCKSTEP_ALLOWED_NETWORKS/,
    );
  }, 60_000);

  it('by a command of the operator shows what it said when it fails', async () => {
    await writeFile(join(hooks, 'hook'), `#!/bin/sh\necho "$@" >>"${hooks}/said"; echo "no such zone"; exit 4\n`);
    await chmod(join(hooks, 'hook'), 0o755);
    const issuer = await issuerOf('By command', { kind: 'command', program: 'hook' });
    const operation = await stage.renew(await stage.aside('hooked', issuer, ['hooked.shop.test']));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'DNS_REFUSED' });
    expect(operation.error).toContain('failed with status 4: no such zone');
    const said = await readFile(join(hooks, 'said'), 'utf8');
    expect(said).toMatch(/^present _acme-challenge\.hooked\.shop\.test [\w-]{43}$/m);
    expect(said).toMatch(/^remove _acme-challenge\.hooked\.shop\.test [\w-]{43}$/m);
  }, 60_000);

  it('waits while a proof that was left is taken back, and shows its own after that', async () => {
    const at = (name: string): string => join(hooks, name);
    const said = async (): Promise<string> => readFile(at('left.log'), 'utf8');
    // Takes nothing away until it is slow, and then only when it is let go.
    const remove = `echo removing >>${at('left.log')}; until [ -e ${at('go')} ]; do sleep 0.05; done; echo removed >>${at('left.log')}`;
    const present = `echo present >>${at('left.log')}; exit 4`;
    const script = `case $1 in present) ${present} ;; esac\n[ -e ${at('slow')} ] || exit 4\n${remove}\n`;
    await writeFile(at('left'), `#!/bin/sh\n${script}`);
    await chmod(at('left'), 0o755);
    const certificate = await stage.aside('left', await issuerOf('Leaves', { kind: 'command', program: 'left' }), [
      'left.shop.test',
    ]);
    expect(await stage.renew(certificate)).toMatchObject({ status: 'failed' });
    await writeFile(at('slow'), '');
    await stage.server.dataSource.query('UPDATE acme_proofs SET next_attempt_at = now()');
    await waitUntil(
      'it is being taken back',
      async () => (await said()) === 'present\nremoving\n' || undefined,
      60_000,
    );
    const id = await stage.begin(certificate);
    await waitUntil('the renewal waits', async () => {
      const { body } = await stage.server.call<Operation>(`GET /operations/${id}`);
      return (body.phase === 'waiting' && body.message.includes('is taken back')) || undefined;
    });
    expect(await said()).toBe('present\nremoving\n');
    await writeFile(at('go'), '');
    expect(await stage.server.ended(id)).toMatchObject({ status: 'failed', errorCode: 'DNS_REFUSED' });
    expect(await said()).toBe('present\nremoving\nremoved\n'.repeat(2));
    const mine = 'SELECT FROM acme_proofs WHERE certificate_id = $1';
    expect(await stage.server.dataSource.query(mine, [certificate.id])).toHaveLength(0);
  }, 120_000);

  it.each(['missing', 'link'])('runs no command that is %s in the folder of the operator', async (program) => {
    if (program === 'link') await symlink('/bin/true', join(hooks, program));
    const challenge = { kind: 'dns-01', provider: { kind: 'command', program } };
    const acme = { directoryUrl: 'https://ca.example/', email: 'ada@example.com', challenge };
    const { status, body } = await stage.server.call<Problem>('POST /issuers', { name: program, kind: 'acme', acme });
    expect(status).toBe(400);
    expect(body.errors?.[0]?.path).toBe('body.acme.challenge.provider.program');
  });

  it('tells the CA’s words when it does not know the contract', async () => {
    const issuer = await issuerOf('Stranger', dnsUpdate(), { eab: { kid: 'contract-2', hmacKey } });
    const operation = await stage.renew(await stage.aside('stranger', issuer, ['stranger.shop.test']));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'CA_REFUSED', effect: 'none' });
    expect((await stage.read<Issuer>(issuer, 'issuers')).acme?.account).toBeNull();
  }, 60_000);
});
