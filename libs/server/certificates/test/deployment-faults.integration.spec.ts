import { HeldPrograms, LinkProxy, TlsProbe, waitUntil, whyNoSystemdHosts } from '@lockstep/server-testing';
import { RenewalStage, type TargetChange, stepsOf } from './renewal-stage.js';

const reason = await whyNoSystemdHosts();
const title = reason ? `a deployment that meets trouble (left out: ${reason})` : 'a deployment that meets trouble';
/** A command of the host's that waits while the file is there. */
const waitsFor = (file: string): string => `while [ -e ${file} ]; do sleep 0.05; done`;
const [checking, reloading] = ['/tmp/checking', '/tmp/reloading'];
const nothing = { status: 'failed', effect: 'none' };
const rolledBack = { status: 'failed', effect: 'rolled_back' };

(reason ? describe.skip : describe)(title, () => {
  let stage: RenewalStage;
  let programs: HeldPrograms;
  let farProxy: LinkProxy;
  let goneId: string;
  let before: { hashes: string; served: string };
  const shell = (command: string): Promise<string> => stage.place.host.execute(command);
  const freezeSshd = (signal: 'STOP' | 'CONT'): Promise<string> =>
    shell(`systemctl kill --signal=${signal} ssh.service`);

  /** What makes an operation wait in the middle of a step, and lets it go again. */
  const holds: Record<string, { target: TargetChange; hold: () => Promise<unknown>; letGo: () => Promise<unknown> }> = {
    stage: {
      target: { owner: 'lockstep' },
      hold: () => programs.hold('id *'),
      letGo: () => programs.letGo(),
    },
    check: {
      target: { check: { command: waitsFor(checking) } },
      hold: () => shell(`touch ${checking}`),
      letGo: () => shell(`rm ${checking}`),
    },
    // The key is switched already, the certificate is not.
    switch: { target: {}, hold: () => programs.hold('mv *.new *shop.pem'), letGo: () => programs.letGo() },
    reload: {
      target: { reload: { command: `${waitsFor(reloading)}; sudo -n systemctl reload-or-restart -- nginx.service` } },
      hold: () => shell(`touch ${reloading}`),
      letGo: () => shell(`rm -f ${reloading}`),
    },
    // What is reloaded is something else, so that the new certificate is waited for in vain.
    verify: { target: { reload: { command: 'true' } }, hold: async () => undefined, letGo: async () => undefined },
  };
  /** Starts a renewal and answers once it waits in the middle of that step. */
  const startHeld = async (step: string): Promise<string> => {
    const held = holds[step];
    if (!held) throw new Error(`Nothing holds ${step}.`);
    await stage.deployTo(stage.target(held.target));
    await held.hold();
    const id = await stage.start();
    await stage.inStep(id, step);
    if (step === 'stage' || step === 'switch') await programs.caught();
    return id;
  };
  const failsIn = (id: string, step: string): Promise<true> =>
    waitUntil(`${step} fails`, async () => stepsOf(await stage.operation(id))[step] === 'failed' || undefined, 60_000);
  const expectAsBefore = async (): Promise<void> => {
    expect(await stage.hashes()).toBe(before.hashes);
    expect(await stage.served()).toBe(before.served);
    expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
  };
  /** A reload that was asked for may be done late, and shows the new one until it is put back. */
  const expectUnbroken = async (probe: TlsProbe, step: string): Promise<void> => {
    const { fingerprint } = await stage.version();
    const allowed = step === 'reload' ? [before.served, fingerprint] : [before.served];
    expect(allowed).toEqual(expect.arrayContaining(await probe.stop()));
  };

  /** The link to this one is cut after the switch and never comes back. It takes its time, so it begins first. */
  const startOnHostThatGoes = async (): Promise<string> => {
    farProxy = await LinkProxy.start(stage.place.host.port);
    const connectionId = await stage.connect('far away', 'lockstep', farProxy.port);
    await shell('mkdir /srv/far; chown lockstep: /srv/far');
    const files = { certificatePath: '/srv/far/a.pem', keyPath: '/srv/far/a.key' };
    const reload = { command: 'sleep 600' };
    const targets = [{ connectionId, ...files, reload }];
    const { id } = await stage.server.addCertificate('far', { autoRenew: false, targets });
    const operationId = await stage.start(id);
    await stage.inStep(operationId, 'reload');
    await farProxy.cut();
    return operationId;
  };

  beforeAll(async () => {
    stage = await RenewalStage.start();
    goneId = await startOnHostThatGoes();
    programs = await HeldPrograms.install(stage.place.host, ['id', 'mv']);
    // One version is in use, and the next one is due.
    expect(await stage.renew()).toMatchObject({ status: 'completed' });
    await stage.server.dataSource.query(`UPDATE certificate_versions SET renew_at = now() - interval '1 hour'`);
  }, 300_000);
  beforeEach(async () => {
    before = { hashes: await stage.hashes(), served: await stage.served() };
  });
  afterAll(async () => {
    await farProxy.stop();
    await stage.stop();
  }, 60_000);

  describe('because the link is cut', () => {
    it.each([
      ['stage', nothing],
      ['check', nothing],
      ['switch', rolledBack],
      ['reload', rolledBack],
      ['verify', rolledBack],
    ])(
      'in the step %s: %j, once the host can be reached again',
      async (step, end) => {
        const probe = new TlsProbe(stage.place.port);
        const id = await startHeld(step);
        await stage.proxy.cut();
        await holds[step]?.letGo();
        await failsIn(id, step);
        await stage.proxy.join();
        expect(await stage.server.ended(id, 90_000)).toMatchObject(end);
        await expectUnbroken(probe, step);
        await expectAsBefore();
      },
      120_000,
    );
  });

  describe('because sshd is frozen', () => {
    it.each([
      ['stage', nothing],
      ['check', { ...nothing, errorCode: 'CONNECTION_LOST' }],
      ['switch', rolledBack],
      ['reload', rolledBack],
      ['verify', rolledBack],
    ])(
      'in the step %s: %j, once it goes on',
      async (step, end) => {
        const probe = new TlsProbe(stage.place.port);
        const id = await startHeld(step);
        await freezeSshd('STOP');
        await failsIn(id, step);
        await holds[step]?.letGo();
        await freezeSshd('CONT');
        expect(await stage.server.ended(id, 90_000)).toMatchObject(end);
        await expectUnbroken(probe, step);
        await expectAsBefore();
      },
      180_000,
    );
  });

  describe('because it is cancelled', () => {
    it.each(['stage', 'check'])(
      'in the step %s: nothing was done',
      async (step) => {
        const id = await startHeld(step);
        await stage.cancel(id);
        await holds[step]?.letGo();
        expect(await stage.server.ended(id)).toMatchObject({ status: 'cancelled', effect: 'none' });
        await expectAsBefore();
      },
      60_000,
    );

    it.each(['switch', 'reload', 'verify'])(
      'in the step %s: it is put back',
      async (step) => {
        const probe = new TlsProbe(stage.place.port);
        const id = await startHeld(step);
        await stage.cancel(id);
        await holds[step]?.letGo();
        expect(await stage.server.ended(id)).toMatchObject({ status: 'cancelled', effect: 'rolled_back' });
        await expectUnbroken(probe, step);
        await expectAsBefore();
      },
      60_000,
    );

    it('while the host does not answer: nothing was done, and nobody waits for the host', async () => {
      await stage.deployTo(stage.target());
      await freezeSshd('STOP');
      const id = await stage.start();
      await stage.inStep(id, 'reach');
      await stage.cancel(id);
      const operation = await stage.server.ended(id);
      await freezeSshd('CONT');
      expect(operation).toMatchObject({ status: 'cancelled', effect: 'none' });
      expect(stepsOf(operation)).toMatchObject({ reach: 'cancelled', stage: 'skipped' });
      await expectAsBefore();
    }, 60_000);

    it('before the host is reached: nothing was done', async () => {
      await stage.deployTo(stage.target());
      const lock = stage.server.dataSource.createQueryRunner();
      await lock.startTransaction();
      await lock.query('LOCK TABLE certificate_versions IN ACCESS EXCLUSIVE MODE');
      const id = await stage.start();
      await stage.inStep(id, 'key');
      await stage.cancel(id);
      await lock.rollbackTransaction();
      await lock.release();
      const operation = await stage.server.ended(id);
      expect(operation).toMatchObject({ status: 'cancelled', effect: 'none' });
      expect(stepsOf(operation)).toMatchObject({ reach: 'skipped', switch: 'skipped' });
      await expectAsBefore();
    }, 60_000);
  });

  it('ten times in a row costs the issuer one certificate, and that one goes live in the end', async () => {
    await stage.deployTo(stage.target());
    await shell('echo "nonsense;" >/etc/nginx/conf.d/broken.conf');
    const { number } = await stage.version();
    for (let round = 0; round < 10; round += 1)
      expect(await stage.renew()).toMatchObject({ ...nothing, errorCode: 'CONFIGURATION_INVALID' });
    const { number: issued, fingerprint } = await stage.version();
    expect(issued).toBe(number);
    // What was issued and did not arrive makes nothing valid.
    const inUse = { number: 1, fingerprint: before.served };
    expect(await stage.certificate()).toMatchObject({ status: 'renewal_failing', inUse, version: { number: issued } });
    await expectAsBefore();
    await shell('rm /etc/nginx/conf.d/broken.conf');
    expect(await stage.renew()).toMatchObject({ status: 'completed' });
    expect(await stage.version()).toMatchObject({ number: issued, fingerprint });
    expect(await stage.served()).toBe(fingerprint);
    expect(await stage.certificate()).toMatchObject({ status: 'valid', inUse: { number: issued } });
  }, 90_000);

  it('and a host that never comes back is told unknown', async () => {
    const operation = await stage.server.ended(goneId, 120_000);
    expect(operation).toMatchObject({ status: 'failed', effect: 'unknown' });
    expect(operation.error).toContain('THE OLD CERTIFICATE COULD NOT BE PUT BACK');
    expect(operation.error).toContain('Which files are at /srv/far/a.key, /srv/far/a.pem is not known.');
  }, 150_000);
});
