import { jest } from '@jest/globals';
import type { Certificate, Operation } from '@lockstep/contract';
import { HeldPrograms, isTlsPair, tlsSite, waitUntil, whyNoSystemdHosts } from '@lockstep/server-testing';
import { RenewalStage, stepsOf } from './renewal-stage.js';

const { certificatePath, keyPath, folder } = tlsSite;
const reason = await whyNoSystemdHosts();
const title = reason ? `a host that cannot be put back (left out: ${reason})` : 'a host that cannot be put back';

(reason ? describe.skip : describe)(title, () => {
  let stage: RenewalStage;
  let log: jest.SpiedFunction<typeof process.stderr.write>;
  const shell = (command: string): Promise<string> => stage.place.host.execute(command);
  const endpoint = (): string => `127.0.0.1:${String(stage.place.port)} (${tlsSite.name})`;
  const logged = (): string => log.mock.calls.map(([text]) => String(text)).join('');

  beforeAll(async () => {
    log = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    stage = await RenewalStage.start();
  }, 300_000);
  afterAll(async () => {
    log.mockRestore();
    await stage.stop();
  }, 60_000);

  const expectAlarm = (operation: Operation): void => {
    expect(logged()).toContain(operation.id);
    expect(logged()).toContain(operation.error);
  };

  describe('because its files cannot', () => {
    let backups: string;
    let before: string;

    it('is told partial, with every file and endpoint, and alarms whoever reads the log', async () => {
      before = await stage.hashes();
      await stage.deployTo(stage.target({ reload: { command: `chmod 0555 ${folder}; exit 3` } }));
      const operation = await stage.renew();
      expect(operation).toMatchObject({ status: 'failed', errorCode: 'RELOAD_FAILED', effect: 'partial' });
      backups = `.lockstep-${String(stage.certificateId)}-1.old`;
      expect(operation.error).toContain('THE OLD CERTIFICATE COULD NOT BE PUT BACK');
      expect(operation.error).toContain(
        `${keyPath} is the new file, the old one lies at ${folder}/.shop.key${backups}. ` +
          `${certificatePath} is the new file, the old one lies at ${folder}/.shop.pem${backups}. ` +
          `${endpoint()} shows the old certificate.`,
      );
      expect(await stage.files()).toEqual([`.shop.key${backups}`, `.shop.pem${backups}`, 'shop.key', 'shop.pem']);
      expectAlarm(operation);
      expect(await stage.certificate()).toMatchObject({
        status: 'renewal_failing',
        inUse: null,
        version: { number: 1 },
      });
      const listed = await stage.server.call<{ items: Certificate[] }>('GET /certificates?status=renewal_failing');
      expect(listed.body.items.map(({ id }) => id)).toContain(stage.certificateId);
    }, 60_000);

    it('is put back by the next renewal that fails', async () => {
      await shell(`chmod 0755 ${folder}`);
      await stage.deployTo(stage.target({ reload: { command: 'exit 3' } }));
      expect(await stage.renew()).toMatchObject({ errorCode: 'RELOAD_FAILED', effect: 'rolled_back' });
      expect(await stage.hashes()).toBe(before);
      expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
    }, 60_000);

    it('and made whole by the next one that works', async () => {
      await stage.deployTo(stage.target());
      expect(await stage.renew()).toMatchObject({ status: 'completed' });
      expect(await stage.version()).toMatchObject({ number: 1, fingerprint: await stage.served() });
    }, 60_000);
  });

  it('because its server takes nothing back: the old files are there, and the new certificate is still served', async () => {
    const [before, old] = [await stage.hashes(), await stage.served()];
    await shell('rm -f /tmp/once');
    const once = 'test -e /tmp/once || { touch /tmp/once; sudo -n systemctl reload-or-restart -- nginx.service; }';
    // A second endpoint never shows it.
    const verify = [stage.place.port, 9].map((port) => ({ host: '127.0.0.1', port, serverName: tlsSite.name }));
    await stage.deployTo(stage.target({ reload: { command: once }, verify }));
    const operation = await stage.renew();
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'NOT_SERVED', effect: 'partial' });
    expect(operation.error).toContain('THE OLD FILES ARE BACK, BUT THE OLD CERTIFICATE IS NOT SERVED');
    expect(operation.error).toContain(`${endpoint()}: it shows the certificate ${(await stage.version()).fingerprint}`);
    expect(await stage.hashes()).toBe(before);
    expectAlarm(operation);
    await shell('systemctl reload nginx');
    await waitUntil('the old one is served', async () => (await stage.served()) === old || undefined);
  }, 60_000);

  describe('and must not be, because the new certificate is verified already', () => {
    const flag = '/tmp/later';
    /** The server takes it up when it is told to, and the link is cut by then. */
    const startCutInVerify = async (): Promise<string> => {
      const later = `while [ -e ${flag} ]; do sleep 0.05; done; sudo -n systemctl reload-or-restart -- nginx.service`;
      await stage.deployTo(stage.target({ reload: { command: `nohup sh -c '${later}' >/dev/null 2>&1 &` } }));
      await shell(`touch ${flag}`);
      const id = await stage.start();
      await stage.inStep(id, 'verify');
      await stage.proxy.cut();
      await shell(`rm ${flag}`);
      await stage.inStep(id, 'clean_up');
      return id;
    };

    it('when it is cancelled while it cleans up', async () => {
      const id = await startCutInVerify();
      await stage.cancel(id);
      await stage.proxy.join();
      expect(await stage.server.ended(id)).toMatchObject({ status: 'completed', effect: 'applied' });
      expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
      expect(await stage.certificate()).toMatchObject({ targets: [{ deployedVersion: 2 }] });
    }, 60_000);

    it('when the host is gone by then: old files stay beside the new ones until the next renewal', async () => {
      const operation = await stage.server.ended(await startCutInVerify());
      expect(operation).toMatchObject({ status: 'completed', effect: 'applied' });
      const { message } = operation.steps.find(({ name }) => name === 'clean_up') ?? {};
      expect(message).toContain('Files of Lockstep may be left beside the new ones');
      expect(await stage.files()).toHaveLength(4);
      await stage.proxy.join();
      await stage.deployTo(stage.target());
      expect(await stage.renew()).toMatchObject({ status: 'completed' });
      expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
    }, 60_000);
  });

  it('but is, once it has booted again, when its power fails between key and certificate', async () => {
    await shell('systemctl enable nginx 2>/dev/null');
    const [before, served] = [await stage.hashes(), await stage.served()];
    const programs = await HeldPrograms.install(stage.place.host, ['mv']);
    await programs.hold('mv *.new *shop.pem');
    const id = await stage.start();
    await programs.caught();
    expect(await isTlsPair(stage.place.host)).toBe(false);
    await stage.place.host.cutPower();
    await waitUntil('it notices', async () => stepsOf(await stage.operation(id))['switch'] === 'failed' || undefined);
    await stage.place.host.powerOn();
    const ended = await stage.server.ended(id, 90_000);
    expect(ended).toMatchObject({ status: 'failed', effect: 'rolled_back' });
    expect(await stage.hashes()).toBe(before);
    expect(await stage.files()).toEqual(['shop.key', 'shop.pem']);
    expect(await stage.served()).toBe(served);
  }, 120_000);
});
