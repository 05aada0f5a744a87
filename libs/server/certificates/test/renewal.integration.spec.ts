import type { Problem } from '@lockstep/contract';
import { TlsProbe, isTlsPair, opensslSays, tlsSite, waitUntil, whyNoSystemdHosts } from '@lockstep/server-testing';
import { RenewalStage, small, stepsOf } from './renewal-stage.js';

const { certificatePath, keyPath } = tlsSite;
const reason = await whyNoSystemdHosts();
const title = reason ? `certificate_renewal (left out: ${reason})` : 'certificate_renewal';

(reason ? describe.skip : describe)(title, () => {
  let stage: RenewalStage;

  beforeAll(async () => {
    stage = await RenewalStage.start();
  }, 300_000);
  afterAll(() => stage.stop(), 60_000);

  it('goes through its steps; clients see only the old and then the new certificate', async () => {
    const old = await stage.served();
    const probe = new TlsProbe(stage.place.port);
    await waitUntil('the probe has begun', () => probe.seen.length > 2 || undefined);
    const operation = await stage.renew();
    expect(operation).toMatchObject({
      status: 'completed',
      effect: 'applied',
      target: String(stage.certificateId),
      progress: 100,
      connectionId: stage.connectionId,
      errorCode: null,
    });
    const done = ['key', 'issue', 'reach', 'stage', 'check', 'switch', 'reload', 'verify', 'clean_up'];
    expect(stepsOf(operation)).toEqual({
      ...Object.fromEntries(done.map((name) => [name, 'completed'])),
      order: 'skipped',
      challenges: 'skipped',
      other_hosts: 'skipped',
    });
    expect(await stage.said(operation.id)).toContainEqual(expect.stringMatching(/^stdout: .* test is successful$/));
    await waitUntil('the probe saw it', () => probe.seen.at(-1) !== old || undefined);
    const { fingerprint } = await stage.version();
    expect(await probe.stop()).toEqual([old, fingerprint]);
    expect(await isTlsPair(stage.place.host)).toBe(true);
    expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
    expect(await stage.place.host.execute(`stat -c '%a %U' ${keyPath} ${certificatePath}`)).toBe(
      '600 lockstep\n644 lockstep\n',
    );
    expect(await stage.certificate()).toMatchObject({
      status: 'valid',
      version: {
        number: 1,
        operationId: operation.id,
        deployedTo: [{ connectionId: stage.connectionId, certificatePath }],
      },
      targets: [{ deployedVersion: 1 }],
    });
    const { text: chain } = await stage.server.callText(`GET /certificates/${String(stage.certificateId)}/chain`);
    expect(await stage.place.host.execute(`cat ${certificatePath}`)).toBe(chain);
    const { text: root } = await stage.server.callText('GET /issuers/1/root');
    expect(await opensslSays(stage.place.port, root)).toContain('Verify return code: 0 (ok)');
  }, 60_000);

  describe('changes nothing', () => {
    let before: string;
    let served: string;
    beforeEach(async () => {
      [before, served] = await Promise.all([stage.hashes(), stage.served()]);
    });
    const expectUnchanged = async (): Promise<void> => {
      expect(await stage.hashes()).toBe(before);
      expect(await stage.served()).toBe(served);
      expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
    };

    it('when the configuration test fails before the switch', async () => {
      await stage.place.host.execute('echo "nonsense;" >/etc/nginx/conf.d/broken.conf');
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'CONFIGURATION_INVALID', effect: 'none' });
      expect(operation.metadata['hostWords']).toContain('unknown directive "nonsense"');
      expect(await stage.said(operation.id)).toContainEqual(expect.stringMatching(/^stderr: .*unknown directive/));
      expect(stepsOf(operation)).toMatchObject({ stage: 'completed', check: 'failed', switch: 'skipped' });
      await stage.place.host.execute('rm /etc/nginx/conf.d/broken.conf');
      await expectUnchanged();
    }, 60_000);

    it('when the reload fails: the old files are back', async () => {
      await stage.deployTo(stage.target({ reload: { command: 'echo "no reload today" >&2; exit 3' } }));
      const probe = new TlsProbe(stage.place.port);
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'RELOAD_FAILED', effect: 'rolled_back' });
      expect(operation.metadata['hostWords']).toBe('no reload today');
      expect(operation.error).toContain('The old certificate is back and is served.');
      expect(await probe.stop()).toEqual([served]);
      await expectUnchanged();
    }, 60_000);

    it('when the reload does nothing: what is served decides', async () => {
      await stage.deployTo(stage.target({ reload: { command: 'true' } }));
      const probe = new TlsProbe(stage.place.port);
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_SERVED', effect: 'rolled_back' });
      expect(stepsOf(operation)).toMatchObject({ reload: 'completed', verify: 'failed', clean_up: 'skipped' });
      expect(await probe.stop()).toEqual([served]);
      await expectUnchanged();
    }, 60_000);

    it('when what reads the new files objects to them', async () => {
      await stage.deployTo(
        stage.target({
          check: { command: `sudo -n nginx -t && test "$(sha256sum <${keyPath})" = '${await keyHash()}'` },
        }),
      );
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'CONFIGURATION_INVALID', effect: 'rolled_back' });
      expect(stepsOf(operation)).toMatchObject({ check: 'completed', switch: 'completed', reload: 'failed' });
      await expectUnchanged();
    }, 60_000);

    it('when a right is missing, and says which line gives it', async () => {
      await stage.deployTo(stage.target({ reload: { service: 'ssh.service' } }));
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'PRIVILEGE_MISSING', effect: 'rolled_back' });
      expect(operation.error).toContain(
        'lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl reload-or-restart -- ssh.service',
      );
      await expectUnchanged();
    }, 60_000);

    it('when it is cancelled in the middle of a reload', async () => {
      await stage.deployTo(stage.target({ reload: { command: 'test -e /tmp/slow || exit 0; sleep 30' } }));
      await stage.place.host.execute('touch /tmp/slow');
      const id = await stage.start();
      await stage.inStep(id, 'reload');
      expect((await stage.server.call<Problem>(`DELETE /certificates/${String(stage.certificateId)}`)).body.code).toBe(
        'CERTIFICATE_BUSY',
      );
      await stage.place.host.execute('rm /tmp/slow');
      await stage.cancel(id);
      expect(await stage.server.ended(id)).toMatchObject({ status: 'cancelled', effect: 'rolled_back' });
      await expectUnchanged();
    }, 90_000);

    it('and costs the issuer one certificate for all of that', async () => {
      expect((await stage.version()).number).toBe(2);
      await stage.deployTo(stage.target());
      expect(await stage.renew()).toMatchObject({ status: 'completed' });
      expect((await stage.version()).number).toBe(2);
      expect(await stage.served()).toBe((await stage.version()).fingerprint);
    }, 60_000);

    const keyHash = async (): Promise<string> => (await stage.place.host.execute(`sha256sum <${keyPath}`)).trim();
  });

  describe('on a file system that takes nothing', () => {
    const paths = {
      certificatePath: `${small}/shop.pem`,
      keyPath: `${small}/shop.key`,
      reload: { command: 'true' },
      verify: [],
    };
    afterEach(() => stage.place.host.execute(`umount ${small}`));

    it('because it is full: a part of a file does not stay', async () => {
      await stage.mountSmall('size=64k,mode=755');
      await stage.place.host.execute(`dd if=/dev/zero of=${small}/fill bs=1k count=64 2>/dev/null || true`);
      await stage.deployTo(stage.target(paths));
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'DISK_FULL', effect: 'none' });
      expect(await stage.place.host.execute(`ls -A ${small}`)).toBe('fill\n');
    }, 60_000);

    it('because it is read-only', async () => {
      await stage.mountSmall('size=1m,mode=755');
      await stage.place.host.execute(`mount -o remount,ro ${small}`);
      await stage.deployTo(stage.target(paths));
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'FILE_NOT_WRITABLE', effect: 'none' });
      expect(operation.error).toContain(`The file system of ${small} is read-only.`);
    }, 60_000);

    it('because this login may not, or because there is no such folder', async () => {
      await stage.mountSmall('size=1m,mode=755');
      await stage.place.host.execute(`chown root: ${small}`);
      await stage.deployTo(stage.target(paths));
      expect(await stage.renew()).toMatchObject({ status: 'failed', errorCode: 'FILE_NOT_WRITABLE', effect: 'none' });
      await stage.deployTo(
        stage.target({ ...paths, certificatePath: '/nowhere/shop.pem', keyPath: '/nowhere/shop.key' }),
      );
      expect((await stage.renew()).error).toContain('There is no folder /nowhere on the host.');
    }, 60_000);

    it('and puts first files where none were', async () => {
      await stage.mountSmall('size=1m,mode=755');
      await stage.deployTo(stage.target(paths));
      expect(await stage.renew()).toMatchObject({ status: 'completed' });
      expect(await stage.place.host.execute(`ls -A ${small}`)).toBe('shop.key\nshop.pem\n');
    }, 60_000);
  });

  it('refuses what it cannot do, before anything begins', async () => {
    const none = await stage.server.addCertificate('untargeted');
    const { body } = await stage.server.call<Problem>(`POST /certificates/${String(none.id)}/renew`);
    expect(body.code).toBe('NOTHING_TO_DO');
  });

  it('leaves no key in clear in any table, answer or event', async () => {
    const tables: { name: string }[] = await stage.server.dataSource.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const rows: { text: string }[] = await stage.server.dataSource.query(`SELECT t::text AS text FROM "${name}" t`);
      expect(rows.map(({ text }) => text).join('\n')).not.toContain('BEGIN PRIVATE KEY');
    }
  });
});
