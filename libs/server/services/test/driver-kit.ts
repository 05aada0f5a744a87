import type { DriverHost, ServiceDriver } from '../src/drivers/service-driver.js';
import { failureOf } from './driver-host.js';
import { hostileNames } from './hostile-names.js';

/** A host on which a driver shows that it keeps the interface's promises. */
export interface DriverKit {
  readonly driver: ServiceDriver;
  /** Logged in; the kit closes its session. */
  readonly host: DriverHost;
  /** A service that is active and comes back when it is restarted. */
  readonly service: string;
  /** A name that could be a service's and is none. */
  readonly absent: string;
  /** How often the host really restarted `service` so far, counted on the host itself. */
  restarts(): Promise<number>;
  /** What the host would show if a name had done anything but name a service; always the same text while none did. */
  traces(): Promise<string>;
  /** A part of a line that the service's log has after a restart; null where the platform keeps no log for us. */
  readonly logged: string | null;
  stop(): Promise<void> | void;
}

/** What every driver must hold, whatever its platform. `start` is called once. */
export function describeDriver(platform: string, start: () => Promise<DriverKit>): void {
  describe(`the ${platform} driver, as every driver,`, () => {
    let kit: DriverKit;
    const look = (): ReturnType<ServiceDriver['look']> => kit.driver.look(kit.host, kit.service);

    beforeAll(async () => {
      kit = await start();
    }, 300_000);
    afterAll(async () => {
      kit.host.session.destroy();
      await kit.stop();
    }, 60_000);

    it('lists services, each once, by names that it takes itself', async () => {
      const names = (await kit.driver.list(kit.host)).map(({ name }) => name);
      expect(names).toContain(kit.service);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => kit.driver.refuse(name) !== null)).toEqual([]);
    });

    it('tells the same of one service as of all', async () => {
      const one = await look();
      const [same] = (await kit.driver.list(kit.host)).filter(({ name }) => name === kit.service);
      expect(one).toMatchObject({ name: kit.service, state: 'active' });
      expect(same).toMatchObject({ state: one.state, description: one.description });
      expect(await kit.driver.isWorking(kit.host, kit.service)).toBe(false);
    });

    it('tells that a service is not there, and changes nothing by looking for it', async () => {
      expect(kit.driver.refuse(kit.absent)).toBeNull();
      expect(await failureOf(kit.driver.look(kit.host, kit.absent))).toMatchObject({
        code: 'SERVICE_NOT_FOUND',
        effect: 'none',
      });
      expect((await look()).state).toBe('active');
    });

    it('refuses hostile names, or finds no service of that name: nothing else ever happens', async () => {
      const before = await kit.traces();
      for (const name of hostileNames) {
        if (kit.driver.refuse(name) !== null) continue;
        const failure = await failureOf(kit.driver.look(kit.host, name));
        expect([name, failure.code]).toEqual([name, 'SERVICE_NOT_FOUND']);
      }
      expect(await kit.traces()).toBe(before);
    }, 120_000);

    it('says why it refuses, in a sentence', () => {
      const reasons = hostileNames.map((name) => kit.driver.refuse(name)).filter((reason) => reason !== null);
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(reason).toMatch(/^[A-Z].*\.$/s);
    });

    it('restarts once, and tells another invocation or none at all', async () => {
      const [before, count] = [await look(), await kit.restarts()];
      const since = new Date((before.at ?? new Date()).getTime() - 1_000);
      const lines: string[] = [];
      await kit.driver.restart(kit.host, kit.service, (_stream, line) => lines.push(line));
      expect(await kit.restarts()).toBe(count + 1);
      const after = await look();
      expect(after.state).toBe('active');
      if (before.invocation === null) expect(after.invocation).toBeNull();
      else expect(after.invocation).not.toBe(before.invocation);
      for (const line of lines) expect(line).not.toMatch(/\p{Cc}/u);
      const log = await kit.driver.log(kit.host, kit.service, since);
      expect(log.length).toBeLessThanOrEqual(200);
      if (kit.logged === null) expect(log).toEqual([]);
      else expect(log.join('\n')).toContain(kit.logged);
    }, 60_000);

    it('does not restart what is not there', async () => {
      const count = await kit.restarts();
      const failure = await failureOf(kit.driver.restart(kit.host, kit.absent, () => undefined));
      expect(['SERVICE_NOT_FOUND', 'RESTART_FAILED', 'PRIVILEGE_MISSING']).toContain(failure.code);
      expect(await kit.restarts()).toBe(count);
    });

    it('stops when it is told to, with the reason it was given', async () => {
      const reason = new Error('told to stop');
      const controller = new AbortController();
      const stopping = { ...kit.host, signal: controller.signal };
      controller.abort(reason);
      await expect(kit.driver.list(stopping)).rejects.toBe(reason);
      expect((await look()).state).toBe('active');
    });

    it('needs nothing, or tells a line for each right that it needs', async () => {
      for (const privilege of await kit.driver.privileges(kit.host, [kit.service])) {
        expect(privilege.service).toBe(kit.service);
        expect(privilege.line).not.toMatch(/[\r\n]/);
      }
      expect(Array.isArray(await kit.driver.dependents(kit.host, kit.service))).toBe(true);
    });
  });
}
