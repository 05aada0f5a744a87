import type { Operation, Problem, Readiness, ReadinessFinding, StartAnswer } from '@lockstep/contract';
import { freePort, tlsSite, whyNoSystemdHosts } from '@lockstep/server-testing';
import { RenewalStage, small } from './renewal-stage.js';

const { name: siteName, folder } = tlsSite;
const testLine = 'lockstep ALL=(root) NOPASSWD: /usr/sbin/nginx -t';
const reason = await whyNoSystemdHosts();
const title = reason ? `certificate_rehearsal (left out: ${reason})` : 'certificate_rehearsal';

(reason ? describe.skip : describe)(title, () => {
  let stage: RenewalStage;
  let before: string;

  beforeAll(async () => {
    stage = await RenewalStage.start();
  }, 300_000);
  afterAll(() => stage.stop(), 60_000);

  /** Every file and folder that a renewal comes near, with times, rights, owners and hashes. */
  const tree = (): Promise<string> =>
    stage.place.host.execute(
      `for root in /etc/nginx /etc/ssl /srv /home/lockstep; do
         find $root -printf '%p %y %m %u %g %s %T@ %C@\\n' | sort; find $root -type f -exec sha256sum {} + | sort
       done; systemctl show --property=InvocationID,ExecMainPID,NRestarts nginx.service; cat /run/nginx.pid`,
    );
  /** Starts it, sees that the host is as it was, and answers how it ended. */
  const rehearse = async (): Promise<Operation> => {
    before = await tree();
    const path = `POST /certificates/${String(stage.certificateId)}/check-readiness`;
    const { status, body } = await stage.server.call<StartAnswer>(path);
    if (status !== 202) throw new Error(`It answered ${String(status)} ${JSON.stringify(body)}`);
    const operation = await stage.server.ended(body.operationId);
    expect(await tree()).toBe(before);
    return operation;
  };
  const findingsOf = ({ metadata }: Operation): ReadinessFinding[] => metadata['findings'] as ReadinessFinding[];
  const blocking = (operation: Operation): ReadinessFinding[] =>
    findingsOf(operation).filter(({ state }) => state === 'blocks');
  const expectBlocked = (operation: Operation): void =>
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_READY', effect: 'none' });

  it('says that a renewal would get through, and so it does', async () => {
    const operation = await rehearse();
    expect(operation).toMatchObject({
      type: 'certificate_rehearsal',
      status: 'completed',
      effect: 'none',
      target: String(stage.certificateId),
      connectionId: stage.connectionId,
      progress: 100,
    });
    expect(findingsOf(operation).map(({ topic, state }) => `${topic} ${state}`)).toEqual([
      'issuer ok',
      'login ok',
      'folder ok',
      'space ok',
      'file ok',
      'file ok',
      'file ok',
      'configuration ok',
      'reload ok',
      'endpoint ok',
    ]);
    expect(await stage.renew()).toMatchObject({ status: 'completed' });
  }, 90_000);

  it('is kept for who looks later', async () => {
    const operation = await rehearse();
    const path = `/certificates/${String(stage.certificateId)}/readiness`;
    const { body } = await stage.server.call<Readiness>(`GET ${path}`);
    expect(body).toMatchObject({
      ready: true,
      hosts: [{ connectionName: 'web', operationId: operation.id, ready: true }],
    });
    expect(body.hosts[0]?.findings).toEqual(findingsOf(operation));
    const stranger = await stage.server.addUser('stranger', 'viewer');
    expect((await stage.server.call<Problem>(`GET ${path}`, undefined, stranger)).status).toBe(404);
  }, 90_000);

  it('tells everything that stands in the way, and not only the first', async () => {
    await stage.place.host.execute('echo "nonsense;" >/etc/nginx/conf.d/broken.conf');
    await stage.deployTo(
      stage.target({
        certificatePath: '/nowhere/shop.pem',
        keyPath: '/nowhere/shop.key',
        owner: 'nobody-here',
        reload: { service: 'ssh.service' },
        verify: [{ host: '127.0.0.1', port: await freePort(), serverName: 'nowhere.invalid' }],
      }),
    );
    const operation = await rehearse();
    await stage.place.host.execute('rm /etc/nginx/conf.d/broken.conf');
    expectBlocked(operation);
    expect(blocking(operation).map(({ topic }) => topic)).toEqual([
      'folder',
      'owner',
      'owner',
      'configuration',
      'reload',
    ]);
    expect(operation.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'issuer completed',
      'reach completed',
      'challenge skipped',
      'files failed',
      'configuration failed',
      'reload failed',
      'endpoints completed',
    ]);
    const said = JSON.stringify(findingsOf(operation));
    expect(said).toContain('There is no folder /nowhere on the host');
    expect(said).toContain('The host knows no user or group nobody-here.');
    expect(said).toContain('unknown directive');
    expect(said).toContain('lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl reload-or-restart -- ssh.service');
    for (const { advice } of blocking(operation)) expect(advice).toBeTruthy();
  }, 90_000);

  it('sees that an endpoint is down which should serve what lies there', async () => {
    await stage.deployTo(
      stage.target({ verify: [{ host: '127.0.0.1', port: await freePort(), serverName: siteName }] }),
    );
    const operation = await rehearse();
    expectBlocked(operation);
    expect(blocking(operation)).toMatchObject([{ topic: 'endpoint' }]);
  }, 60_000);

  it('takes nobody for root whom the host does not name', async () => {
    await stage.deployTo(stage.target());
    await stage.place.host.execute('mv /usr/bin/id /usr/bin/id.away');
    const operation = await rehearse();
    await stage.place.host.execute('mv /usr/bin/id.away /usr/bin/id');
    expectBlocked(operation);
    expect(blocking(operation)).toMatchObject([
      { topic: 'login', found: 'The host did not tell what this login may do.' },
    ]);
    expect(operation.steps.at(-1)).toMatchObject({ name: 'endpoints', status: 'skipped' });
  }, 60_000);

  it('sees that a service is not there', async () => {
    await stage.deployTo(stage.target({ reload: { service: 'no-such.service' } }));
    expect(blocking(await rehearse())).toMatchObject([
      { topic: 'reload', found: 'The host has no service no-such.service that could be reloaded.' },
    ]);
  }, 60_000);

  it('sees files of somebody else, links and keys that others may read', async () => {
    await stage.place.host.execute(
      `mkdir -p /srv/mixed && chown lockstep: /srv/mixed && cd /srv/mixed && cp ${folder}/shop.pem other.pem &&
       cp ${folder}/shop.key other.key && chmod 644 other.key && ln -s chain.pem link.pem && cp other.pem chain.pem && mkdir folder.pem`,
    );
    const [other, link] = ['/srv/mixed/other', '/srv/mixed/link.pem'];
    await stage.deployTo(
      stage.target({ certificatePath: `${other}.pem`, keyPath: `${other}.key`, chainPath: link, verify: [] }),
    );
    const operation = await rehearse();
    expect(operation.status).toBe('completed');
    const warned = findingsOf(operation).filter(({ state }) => state === 'warning');
    expect(warned.map(({ found }) => found).join('\n')).toMatch(
      /More logins may read this key[^]*It belongs to another user \(uid 0\)/,
    );
    expect(JSON.stringify(findingsOf(operation))).toContain('It is a link to /srv/mixed/chain.pem');
    await stage.deployTo(
      stage.target({ certificatePath: '/srv/mixed/folder.pem', keyPath: '/srv/mixed/new.key', verify: [] }),
    );
    expect(blocking(await rehearse())).toMatchObject([
      { topic: 'file', found: '/srv/mixed/folder.pem is a folder on the host.' },
    ]);
  }, 90_000);

  describe('in a folder', () => {
    const paths = { certificatePath: `${small}/shop.pem`, keyPath: `${small}/shop.key`, verify: [] };
    beforeEach(() => stage.deployTo(stage.target(paths)));
    afterEach(() => stage.place.host.execute(`umount ${small}`));

    it.each([
      {
        folder: 'that is full',
        spoil: `dd if=/dev/zero of=${small}/fill bs=1k count=64 2>/dev/null || true`,
        told: { topic: 'space', words: '0 KiB are free' },
      },
      {
        folder: 'that is read-only',
        spoil: `mount -o remount,ro ${small}`,
        told: { topic: 'folder', words: 'is read-only' },
      },
      {
        folder: 'of somebody else',
        spoil: `chown root: ${small}`,
        told: { topic: 'folder', words: 'belongs to root:root and has the mode 755' },
      },
    ])(
      '$folder says so',
      async ({ spoil, told: { topic, words } }) => {
        await stage.mountSmall('size=64k,mode=755');
        await stage.place.host.execute(spoil);
        const operation = await rehearse();
        expectBlocked(operation);
        expect(blocking(operation)).toMatchObject([{ topic, found: expect.stringContaining(words) as string }]);
        expect(operation.error).toContain(words);
      },
      60_000,
    );

    it('asks the host itself, which knows more than the mode', async () => {
      await stage.mountSmall('size=1m,mode=755');
      await stage.place.host.execute(`chown root:lockstep ${small} && chmod 770 ${small}`);
      expect(await rehearse()).toMatchObject({ status: 'completed' });
    }, 60_000);
  });

  describe('where no configuration test is named', () => {
    const broken = '/etc/nginx/conf.d/broken.conf';
    const configuration = async (): Promise<ReadinessFinding | undefined> =>
      findingsOf(await rehearse()).find(({ topic }) => topic === 'configuration');
    beforeEach(() => stage.deployTo(stage.target({ check: undefined })));

    it('runs the one that is known of the service, and shows its words', async () => {
      expect(await configuration()).toMatchObject({
        state: 'warning',
        tried: 'nginx -t, the test that is known of nginx.service',
        found: expect.stringContaining('It passes with the files that are there now.') as string,
        advice: 'Name “sudo -n nginx -t” in the certificate.',
      });
      await stage.place.host.execute(`echo "nonsense;" >${broken}`);
      expect(await configuration()).toMatchObject({
        state: 'blocks',
        hostWords: expect.stringContaining('unknown directive "nonsense"') as string,
      });
      await stage.place.host.execute(`rm ${broken}`);
    }, 60_000);

    it('names the line that sudo needs for it', async () => {
      await stage.place.host.execute(`sed -i '/nginx -t/d' /etc/sudoers.d/lockstep`);
      const found = await configuration();
      await stage.place.host.execute(`echo '${testLine}' >>/etc/sudoers.d/lockstep`);
      expect(found).toMatchObject({ state: 'warning', advice: `Add this line to sudoers on the host: ${testLine}` });
      expect(found?.hostWords).toContain('sudo: a password is required');
    }, 60_000);

    it('says so where none is known', async () => {
      await stage.deployTo(stage.target({ check: undefined, reload: { command: 'true' } }));
      expect(await configuration()).toMatchObject({ state: 'warning', found: expect.stringMatching(/^No/) as string });
    }, 60_000);
  });

  it('sees that sudo is not allowed, for the test and for the reload', async () => {
    await stage.deployTo(stage.target());
    await stage.place.host.execute('mv /etc/sudoers.d/lockstep /root/lockstep.sudoers');
    const operation = await rehearse();
    await stage.place.host.execute('mv /root/lockstep.sudoers /etc/sudoers.d/lockstep');
    expectBlocked(operation);
    expect(blocking(operation)).toMatchObject([
      {
        topic: 'configuration',
        hostWords: expect.stringContaining('sudo:') as string,
        advice: expect.stringContaining(testLine) as string,
      },
      { topic: 'reload', advice: expect.stringContaining('NOPASSWD') as string },
    ]);
  }, 60_000);

  it('looks at each connection by an operation of its own, and at the issuer by that of the first', async () => {
    const nowhere = await stage.connect('elsewhere', 'lockstep', await freePort());
    await stage.deployTo(
      stage.target(),
      stage.target({ connectionId: nowhere, certificatePath: '/x/a.pem', keyPath: '/x/a.key' }),
    );
    await rehearse();
    const path = `GET /certificates/${String(stage.certificateId)}/readiness`;
    const { body: operations } = await stage.server.call<{ items: Operation[] }>(
      `GET /operations?connectionId=${String(nowhere)}`,
    );
    await stage.server.ended(operations.items[0]?.id ?? '');
    const { body } = await stage.server.call<Readiness>(path);
    expect(body).toMatchObject({
      ready: false,
      hosts: [{ ready: true }, { ready: false, connectionName: 'elsewhere' }],
    });
    expect(body.hosts[1]?.findings.map(({ topic, state }) => `${topic} ${state}`)).toEqual(['login blocks']);
    const granted = await stage.server.addUser('granted', 'viewer', { connectionIds: [stage.connectionId] });
    const { body: seen } = await stage.server.call<Readiness>(path, undefined, granted);
    expect(seen).toMatchObject({ ready: null, hosts: [{ connectionId: stage.connectionId }] });
    expect(seen.hosts).toHaveLength(1);
  }, 90_000);

  it('asks for a target first', async () => {
    const none = await stage.server.addCertificate('untargeted');
    const { body } = await stage.server.call<Problem>(`POST /certificates/${String(none.id)}/check-readiness`);
    expect(body.code).toBe('NOTHING_TO_DO');
  });
});
