import { randomUUID } from 'node:crypto';
import { TlsProbe, isTlsPair, tlsSite, whyNoSystemdHosts } from '@lockstep/server-testing';
import { FileSampler } from './file-sampler.js';
import { RenewalStage } from './renewal-stage.js';

const { certificatePath, keyPath, folder } = tlsSite;
const reason = await whyNoSystemdHosts();
const title = reason ? `deployed files (left out: ${reason})` : 'deployed files';

(reason ? describe.skip : describe)(title, () => {
  let stage: RenewalStage;
  let rootId: number;
  const shell = (command: string): Promise<string> => stage.place.host.execute(command);

  beforeAll(async () => {
    stage = await RenewalStage.start();
    rootId = await stage.connect('web as root', 'root');
  }, 300_000);
  afterAll(() => stage.stop(), 60_000);
  afterEach(() => stage.deployTo(stage.target()));

  it('has a key that is private from its first byte, under its temporary name too', async () => {
    const sampler = await FileSampler.start(stage.place.host, `${folder}/{.,}shop.key*`);
    expect(await stage.renew()).toMatchObject({ status: 'completed' });
    const { looks, states } = await sampler.stop();
    const [uid, gid] = (await shell('id -u lockstep; id -g lockstep')).trim().split('\n');
    const owner = `${uid}:${gid}`;
    expect(looks).toBeGreaterThan(1_000);
    expect(states).toEqual(expect.arrayContaining([`live 600 ${owner} filled`, `staged 600 ${owner} filled`]));
    for (const state of states) expect(state).toMatch(new RegExp(`^(live|staged) 600 ${owner} `));
  }, 90_000);

  it('has the owner, group and mode it is told before it has a key', async () => {
    await stage.deployTo(stage.target({ connectionId: rootId, owner: 'www-data', group: 'adm', mode: '0640' }));
    const sampler = await FileSampler.start(stage.place.host, `${folder}/.shop.key*.new`);
    expect(await stage.renew()).toMatchObject({ status: 'completed' });
    const { states } = await sampler.stop();
    const filled = states.filter((state) => state.endsWith('filled'));
    expect(filled).toEqual([`staged 640 ${(await shell('id -u www-data')).trim()}:4 filled`]);
    const owned = await shell(`stat -c '%a %U:%G' ${keyPath} ${certificatePath}`);
    expect(owned).toBe('640 www-data:adm\n644 www-data:adm\n');
    expect(await stage.served()).toBe((await stage.version()).fingerprint);
    await shell(`chown lockstep: ${keyPath} ${certificatePath}`);
  }, 90_000);

  it.each([
    [{ owner: 'nobody-here' }, 'The host knows no user or group nobody-here.'],
    [{ group: 'no-such-group' }, 'The host knows no user or group no-such-group.'],
    [{ owner: 'root' }, 'may not give files to root'],
  ])(
    'is not made where %j cannot be had, and nothing stays',
    async (change, words) => {
      const before = await stage.hashes();
      await stage.deployTo(stage.target(change));
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'FILE_NOT_WRITABLE', effect: 'none' });
      expect(operation.error).toContain(words);
      expect(await stage.hashes()).toBe(before);
      expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
    },
    60_000,
  );

  describe('behind symbolic links', () => {
    const live = '/etc/nginx/live';
    const links = { certificatePath: `${live}/shop.pem`, keyPath: `${live}/shop.key` };
    beforeAll(() =>
      shell(`mkdir ${live}; ln -s ../tls/shop.key ${live}/shop.key; ln -s ${certificatePath} ${live}/shop.pem`),
    );
    const expectLinks = async (): Promise<void> => {
      expect(await shell(`readlink ${live}/shop.key ${live}/shop.pem`)).toBe(`../tls/shop.key\n${certificatePath}\n`);
      expect(await stage.files(live)).toEqual(['shop.key', 'shop.pem']);
      expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
    };

    it('change where these lead, and the links stay', async () => {
      await stage.deployTo(stage.target(links));
      expect(await stage.renew()).toMatchObject({ status: 'completed' });
      expect(await stage.served()).toBe((await stage.version()).fingerprint);
      expect(await isTlsPair(stage.place.host)).toBe(true);
      await expectLinks();
    }, 60_000);

    it('are put back there', async () => {
      const before = await stage.hashes();
      await stage.deployTo(stage.target({ ...links, reload: { command: 'exit 3' } }));
      expect(await stage.renew()).toMatchObject({ errorCode: 'RELOAD_FAILED', effect: 'rolled_back' });
      expect(await stage.hashes()).toBe(before);
      await expectLinks();
    }, 60_000);

    it('are refused when two of them lead to one file, and so is a folder', async () => {
      await shell(`ln -sf ${keyPath} ${live}/other.pem`);
      await stage.deployTo(stage.target({ ...links, certificatePath: `${live}/other.pem` }));
      const { error, effect } = await stage.renew();
      expect({ error, effect }).toMatchObject({ effect: 'none' });
      expect(error).toContain(`${live}/other.pem leads to ${keyPath}, which is for another file.`);
      await shell(`rm ${live}/other.pem`);
      await stage.deployTo(stage.target({ certificatePath: live }));
      expect((await stage.renew()).error).toContain(`${live} is a folder on the host.`);
    }, 60_000);
  });

  describe('of several targets on one host', () => {
    const other = '/srv/other';
    const second = (reload: string): object => ({
      certificatePath: `${other}/a.pem`,
      keyPath: `${other}/a.key`,
      chainPath: `${other}/chain.pem`,
      reload: { command: reload },
      check: undefined,
      verify: [],
    });
    const both = (): Promise<string> =>
      shell(`cd ${other}; sha256sum a.pem a.key chain.pem; sha256sum ${certificatePath}`);
    beforeAll(() => shell(`mkdir ${other}; chown lockstep: ${other}`));

    it('change together, each with what it wants', async () => {
      await stage.deployTo(stage.target(), stage.target(second('true')));
      expect(await stage.renew()).toMatchObject({ status: 'completed' });
      expect(await shell(`cmp ${other}/a.pem ${certificatePath} && cmp ${other}/a.key ${keyPath}`)).toBe('');
      const leafAndChain = await shell(`cat ${certificatePath}`);
      const chain = await shell(`cat ${other}/chain.pem`);
      expect(chain).toMatch(/^-----BEGIN CERTIFICATE-----/);
      expect(leafAndChain.endsWith(chain) && leafAndChain !== chain).toBe(true);
      expect((await stage.certificate()).version?.deployedTo).toHaveLength(2);
    }, 60_000);

    it('go back together, and every server is told', async () => {
      const [before, served] = [await both(), await stage.served()];
      await shell('rm -f /tmp/told');
      await stage.deployTo(stage.target(second('echo first >>/tmp/told; exit 1')), stage.target());
      const probe = new TlsProbe(stage.place.port);
      expect(await stage.renew()).toMatchObject({ errorCode: 'RELOAD_FAILED', effect: 'rolled_back' });
      expect(await probe.stop()).toEqual([served]);
      expect(await both()).toBe(before);
      // Its reload failed in the rollback again; nginx was reloaded nevertheless.
      expect(await shell('cat /tmp/told')).toBe('first\nfirst\n');
      expect(await stage.files(other)).toEqual(['a.key', 'a.pem', 'chain.pem']);
    }, 60_000);
  });

  it('are put back as they were where the old ones belong to somebody else', async () => {
    // A hard link to another's file is refused (fs.protected_hardlinks): it is moved aside then.
    await shell(`chown root: ${keyPath}`);
    const facts = (): Promise<string> => shell(`stat -c '%i %U %a %Y' ${keyPath}; sha256sum ${keyPath}`);
    const before = await facts();
    await stage.deployTo(stage.target({ reload: { command: 'exit 3' } }));
    expect(await stage.renew()).toMatchObject({ errorCode: 'RELOAD_FAILED', effect: 'rolled_back' });
    expect(await facts()).toBe(before);
    expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
    await shell(`chown lockstep: ${keyPath}`);
  }, 60_000);

  it('replace a certificate that has expired', async () => {
    // Somebody let it run out: on the host, and in what Lockstep knows.
    const dates = '-startdate 20200101000000Z -enddate 20200201000000Z';
    const scratch = `/tmp/${randomUUID()}`;
    await shell(
      `mkdir ${scratch}; cd ${scratch}; : >index; printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nnew_certs_dir=.\\nrand_serial=yes\\ndefault_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >conf
       openssl req -new -key ${keyPath} -subj /CN=${tlsSite.name} -out csr
       openssl ca -batch -notext -config conf -selfsign -keyfile ${keyPath} -in csr -out ${certificatePath} ${dates} 2>&1
       systemctl reload nginx`,
    );
    await stage.server.dataSource.query(
      `UPDATE certificate_versions SET renew_at = now() - interval '9 days', not_after = now() - interval '1 day'`,
    );
    expect(await stage.certificate()).toMatchObject({ status: 'expired' });
    const [expired, { number }] = [await stage.served(), await stage.version()];
    const probe = new TlsProbe(stage.place.port);
    expect(await stage.renew()).toMatchObject({ status: 'completed' });
    const version = await stage.version();
    expect(version.number).toBe(number + 1);
    expect(await stage.served()).toBe(version.fingerprint);
    expect([expired, version.fingerprint]).toEqual(expect.arrayContaining(await probe.stop()));
    expect(await stage.certificate()).toMatchObject({ status: 'valid' });
  }, 60_000);
});
