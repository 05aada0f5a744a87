import type { Certificate, Operation, Problem, StartAnswer } from '@lockstep/contract';
import {
  type TestDatabase,
  type TlsHost,
  TlsProbe,
  createTestDatabase,
  isTlsPair,
  opensslSays,
  startTlsHost,
  tlsSite,
  waitUntil,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import { CertificatesServer } from './certificates-server.js';

const { name: siteName, folder, certificatePath, keyPath } = tlsSite;
const reason = await whyNoSystemdHosts();
const title = reason ? `certificate_renewal (left out: ${reason})` : 'certificate_renewal';

(reason ? describe.skip : describe)(title, () => {
  let database: TestDatabase;
  let server: CertificatesServer;
  let place: TlsHost;
  let connectionId: number;
  let certificate: Certificate;

  beforeAll(async () => {
    [database, place] = await Promise.all([createTestDatabase(), startTlsHost()]);
    server = await CertificatesServer.start(database.url, { stepDeadlineMs: 5_000 });
    connectionId = await server.addConnection('web', place.host);
    certificate = await server.addCertificate('shop', { domains: [siteName], autoRenew: false, targets: [target()] });
  }, 300_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([place.host.stop(), database.drop()]);
  }, 60_000);

  const target = (change: object = {}): object => ({
    connectionId,
    certificatePath,
    keyPath,
    reload: { service: 'nginx.service' },
    check: { command: 'sudo -n nginx -t' },
    verify: [{ host: '127.0.0.1', port: place.port, serverName: siteName }],
    ...change,
  });
  const start = async (): Promise<string> => {
    const { status, body } = await server.call<StartAnswer>(`POST /certificates/${String(certificate.id)}/renew`);
    if (status !== 202) throw new Error(`Renewing answered ${String(status)} ${JSON.stringify(body)}`);
    return body.operationId;
  };
  const renew = async (): Promise<Operation> => server.ended(await start());
  const setTarget = async (change: object): Promise<void> => {
    const targets = [target(change)];
    const { status } = await server.call(`PATCH /certificates/${String(certificate.id)}`, { targets });
    expect(status).toBe(200);
  };
  const version = async (): Promise<{ number: number; fingerprint: string }> => {
    const { body } = await server.call<Certificate>(`GET /certificates/${String(certificate.id)}`);
    return body.version ?? { number: 0, fingerprint: '' };
  };
  const steps = ({ steps: all }: Operation): Record<string, string> =>
    Object.fromEntries(all.map(({ name, status }) => [name, status]));
  const filesNow = async (): Promise<string[]> => (await place.host.execute(`ls -A ${folder}`)).trim().split('\n');
  const hashes = (): Promise<string> => place.host.execute(`sha256sum ${certificatePath} ${keyPath}`);

  it('goes through its steps; clients see only the old and then the new certificate', async () => {
    const old = await TlsProbe.look(place.port);
    const probe = new TlsProbe(place.port);
    await waitUntil('the probe has begun', () => probe.seen.length > 2 || undefined);
    const operation = await renew();
    expect(operation).toMatchObject({
      status: 'completed',
      effect: 'applied',
      target: String(certificate.id),
      progress: 100,
      connectionId,
      errorCode: null,
    });
    const done = ['key', 'issue', 'reach', 'stage', 'check', 'switch', 'reload', 'verify', 'clean_up'];
    expect(steps(operation)).toEqual({
      ...Object.fromEntries(done.map((name) => [name, 'completed'])),
      order: 'skipped',
      challenges: 'skipped',
      other_hosts: 'skipped',
    });
    await waitUntil('the probe saw it', () => probe.seen.at(-1) !== old || undefined);
    const { fingerprint } = await version();
    expect(await probe.stop()).toEqual([old, fingerprint]);
    expect(await isTlsPair(place.host)).toBe(true);
    expect(await filesNow()).toEqual(['shop.key', 'shop.pem']);
    expect(await place.host.execute(`stat -c '%a %U' ${keyPath} ${certificatePath}`)).toBe(
      '600 lockstep\n644 lockstep\n',
    );
    const { body } = await server.call<Certificate>(`GET /certificates/${String(certificate.id)}`);
    expect(body).toMatchObject({
      status: 'valid',
      version: { number: 1, operationId: operation.id, deployedTo: [{ connectionId, certificatePath }] },
      targets: [{ deployedVersion: 1 }],
    });
    const { text: chain } = await server.callText(`GET /certificates/${String(certificate.id)}/chain`);
    expect(await place.host.execute(`cat ${certificatePath}`)).toBe(chain);
    const { text: root } = await server.callText('GET /issuers/1/root');
    expect(await opensslSays(place.port, root)).toContain('Verify return code: 0 (ok)');
  }, 60_000);

  describe('changes nothing', () => {
    let before: string;
    let served: string;
    beforeEach(async () => {
      [before, served] = await Promise.all([hashes(), TlsProbe.look(place.port)]);
    });
    const expectUnchanged = async (): Promise<void> => {
      expect(await hashes()).toBe(before);
      expect(await TlsProbe.look(place.port)).toBe(served);
      expect(await filesNow()).toEqual(['shop.key', 'shop.pem']);
    };

    it('when the configuration test fails before the switch', async () => {
      await place.host.execute('echo "nonsense;" >/etc/nginx/conf.d/broken.conf');
      const operation = await renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'CONFIGURATION_INVALID', effect: 'none' });
      expect(operation.metadata['hostWords']).toContain('unknown directive "nonsense"');
      expect(steps(operation)).toMatchObject({ stage: 'completed', check: 'failed', switch: 'skipped' });
      await place.host.execute('rm /etc/nginx/conf.d/broken.conf');
      await expectUnchanged();
    }, 60_000);

    it('when the reload fails: the old files are back', async () => {
      await setTarget({ reload: { command: 'echo "no reload today" >&2; exit 3' } });
      const probe = new TlsProbe(place.port);
      const operation = await renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'RELOAD_FAILED', effect: 'rolled_back' });
      expect(operation.metadata['hostWords']).toBe('no reload today');
      expect(operation.error).toContain('The old certificate is back and is served.');
      expect(await probe.stop()).toEqual([served]);
      await expectUnchanged();
    }, 60_000);

    it('when the reload does nothing: what is served decides', async () => {
      await setTarget({ reload: { command: 'true' } });
      const probe = new TlsProbe(place.port);
      const operation = await renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_SERVED', effect: 'rolled_back' });
      expect(steps(operation)).toMatchObject({ reload: 'completed', verify: 'failed', clean_up: 'skipped' });
      expect(await probe.stop()).toEqual([served]);
      await expectUnchanged();
    }, 60_000);

    it('when what reads the new files objects to them', async () => {
      await setTarget({
        check: { command: `sudo -n nginx -t && test "$(sha256sum <${keyPath})" = '${await keyHash()}'` },
      });
      const operation = await renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'CONFIGURATION_INVALID', effect: 'rolled_back' });
      expect(steps(operation)).toMatchObject({ check: 'completed', switch: 'completed', reload: 'failed' });
      await expectUnchanged();
    }, 60_000);

    it('when a right is missing, and says which line gives it', async () => {
      await setTarget({ reload: { service: 'ssh.service' } });
      const operation = await renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'PRIVILEGE_MISSING', effect: 'rolled_back' });
      expect(operation.error).toContain(
        'lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl reload-or-restart -- ssh.service',
      );
      await expectUnchanged();
    }, 60_000);

    it('when it is cancelled in the middle of a reload', async () => {
      await setTarget({ reload: { command: 'test -e /tmp/slow || exit 0; sleep 30' } });
      await place.host.execute('touch /tmp/slow');
      const id = await start();
      await waitUntil('it reloads', async () => {
        const { body } = await server.call<Operation>(`GET /operations/${id}`);
        return steps(body)['reload'] === 'running' || undefined;
      });
      expect((await server.call<Problem>(`DELETE /certificates/${String(certificate.id)}`)).body.code).toBe(
        'CERTIFICATE_BUSY',
      );
      await place.host.execute('rm /tmp/slow');
      await server.call(`POST /operations/${id}/cancel`);
      expect(await server.ended(id)).toMatchObject({ status: 'cancelled', effect: 'rolled_back' });
      await expectUnchanged();
    }, 90_000);

    it('and costs the issuer one certificate for all of that', async () => {
      expect((await version()).number).toBe(2);
      await setTarget({});
      expect(await renew()).toMatchObject({ status: 'completed' });
      expect((await version()).number).toBe(2);
      expect(await TlsProbe.look(place.port)).toBe((await version()).fingerprint);
    }, 60_000);

    const keyHash = async (): Promise<string> => (await place.host.execute(`sha256sum <${keyPath}`)).trim();
  });

  describe('on a file system that takes nothing', () => {
    const small = '/srv/small';
    const paths = {
      certificatePath: `${small}/shop.pem`,
      keyPath: `${small}/shop.key`,
      reload: { command: 'true' },
      verify: [],
    };
    const mount = (options: string): Promise<string> =>
      place.host.execute(`mkdir -p ${small}; mount -t tmpfs -o ${options} tmpfs ${small}; chown lockstep: ${small}`);
    afterEach(() => place.host.execute(`umount ${small}`));

    it('because it is full: a part of a file does not stay', async () => {
      await mount('size=64k,mode=755');
      await place.host.execute(`dd if=/dev/zero of=${small}/fill bs=1k count=64 2>/dev/null || true`);
      await setTarget(paths);
      const operation = await renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'DISK_FULL', effect: 'none' });
      expect(await place.host.execute(`ls -A ${small}`)).toBe('fill\n');
    }, 60_000);

    it('because it is read-only', async () => {
      await mount('size=1m,mode=755');
      await place.host.execute(`mount -o remount,ro ${small}`);
      await setTarget(paths);
      const operation = await renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'FILE_NOT_WRITABLE', effect: 'none' });
      expect(operation.error).toContain(`The file system of ${small} is read-only.`);
    }, 60_000);

    it('because this login may not, or because there is no such folder', async () => {
      await mount('size=1m,mode=755');
      await place.host.execute(`chown root: ${small}`);
      await setTarget(paths);
      expect(await renew()).toMatchObject({ status: 'failed', errorCode: 'FILE_NOT_WRITABLE', effect: 'none' });
      await setTarget({ ...paths, certificatePath: '/nowhere/shop.pem', keyPath: '/nowhere/shop.key' });
      expect((await renew()).error).toContain('There is no folder /nowhere on the host.');
    }, 60_000);

    it('and puts first files where none were', async () => {
      await mount('size=1m,mode=755');
      await setTarget(paths);
      expect(await renew()).toMatchObject({ status: 'completed' });
      expect(await place.host.execute(`ls -A ${small}`)).toBe('shop.key\nshop.pem\n');
    }, 60_000);
  });

  it('refuses what it cannot do, before anything begins', async () => {
    const none = await server.addCertificate('untargeted');
    const { body } = await server.call<Problem>(`POST /certificates/${String(none.id)}/renew`);
    expect(body.code).toBe('NOTHING_TO_DO');
  });

  it('leaves no key in clear in any table, answer or event', async () => {
    const tables: { name: string }[] = await server.dataSource.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const rows: { text: string }[] = await server.dataSource.query(`SELECT t::text AS text FROM "${name}" t`);
      expect(rows.map(({ text }) => text).join('\n')).not.toContain('BEGIN PRIVATE KEY');
    }
  });
});
