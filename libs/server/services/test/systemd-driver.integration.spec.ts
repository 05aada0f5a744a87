import { type ServiceHost, startServiceHost, whyNoSystemdHosts } from '@lockstep/server-testing';
import type { DriverHost } from '../src/drivers/service-driver.js';
import { restartScript } from '../src/drivers/systemd/scripts.js';
import { SystemdDriver } from '../src/drivers/systemd/systemd-driver.js';
import { failureOf, openDriverHost } from './driver-host.js';
import { generatedNames } from './generated-names.js';
import { hostileNames, traceFile } from './hostile-names.js';

const reason = await whyNoSystemdHosts();
const escaped = 'with\\x2ddash:1.service';
const driver = new SystemdDriver();

(reason ? describe.skip : describe)(
  `the systemd driver on a real host${reason ? ` (left out: ${reason})` : ''}`,
  () => {
    let fleet: ServiceHost;
    let host: DriverHost;
    const restart = (name: string): Promise<void> => driver.restart(host, name, () => undefined);

    beforeAll(async () => {
      fleet = await startServiceHost({
        mayRestart: ['steady.service', escaped],
        sudoers: [
          'lockstep ALL=(root) /usr/bin/systemctl restart -- other.service',
          'lockstep ALL=(root) NOPASSWD: /usr/sbin/nginx -t',
        ],
      });
      await fleet.wrapSystemctl();
      host = await openDriverHost({
        host: '127.0.0.1',
        port: fleet.host.port,
        username: fleet.host.username,
        credential: () => ({ kind: 'private_key', privateKey: fleet.host.user.privateKey }),
        fingerprint: fleet.host.hostKeyFingerprint,
      });
    }, 300_000);
    afterAll(async () => {
      host.session.destroy();
      await fleet.stop();
    }, 60_000);

    it('lists services first, and those that are stopped too', async () => {
      const names = (await driver.list(host)).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['ssh.service', 'nginx.service', escaped, 'dbus.socket']));
      expect(names.indexOf('dbus.socket')).toBeGreaterThan(names.indexOf('ssh.service'));
    });

    it('tells an alias by its real name', async () => {
      expect((await driver.look(host, 'sshd.service')).name).toBe('ssh.service');
    });

    it('tells what a restart takes along', async () => {
      expect(await driver.dependents(host, 'steady.service')).toEqual(['part.service']);
      expect(await driver.dependents(host, 'other.service')).toEqual([]);
    });

    it('tells a right that goes without a password from one that asks for it, and gives lines that sudo takes', async () => {
      const names = ['steady.service', 'other.service', 'part.service', escaped, 'nginx.service'];
      const privileges = await driver.privileges(host, names);
      const restarts = privileges.filter(({ purpose }) => purpose === 'restart');
      expect(restarts.map(({ service, present }) => [service, present])).toEqual([
        ['steady.service', true],
        ['other.service', false],
        ['part.service', false],
        [escaped, true],
        ['nginx.service', false],
      ]);
      const test = privileges.find(({ purpose }) => purpose === 'configuration_test');
      expect(test).toMatchObject({ present: true, line: 'lockstep ALL=(root) NOPASSWD: /usr/sbin/nginx -t' });

      const lines = privileges.map(({ line }) => line).join('\n');
      await fleet.host.execute(`cat > /etc/sudoers.d/zz-all <<'END'\n${lines}\nEND\nvisudo -cf /etc/sudoers.d/zz-all`);
      expect((await driver.privileges(host, names)).filter(({ present }) => present !== true)).toEqual([]);
      await restart(escaped);
      await restart('part.service');
      expect(await driver.log(host, 'part.service', new Date(0))).not.toEqual([]);
      await fleet.host.execute('rm /etc/sudoers.d/zz-all');
    });

    it('tells that sudo refuses, and what it said', async () => {
      for (const name of ['other.service', 'part.service']) {
        const failure = await failureOf(restart(name));
        expect(failure).toMatchObject({ code: 'PRIVILEGE_MISSING', effect: 'none' });
        expect(failure.hostWords).toContain('password is required');
      }
    });

    it('tests the configuration of a service that has a test', async () => {
      expect(await driver.testConfiguration(host, 'steady.service')).toBeNull();
      expect(await driver.testConfiguration(host, 'nginx.service')).toMatchObject({
        command: 'nginx -t',
        passed: true,
      });
      await fleet.host.execute('echo "no such directive;" > /etc/nginx/conf.d/broken.conf');
      const broken = await driver.testConfiguration(host, 'nginx.service');
      expect(broken).toMatchObject({ passed: false });
      expect(broken?.words).toContain('unknown directive');
      await fleet.host.execute('rm /etc/nginx/conf.d/broken.conf');
      expect(await driver.testConfiguration(host, 'ssh.service')).toMatchObject({ command: 'sshd -t', passed: null });
      expect(await driver.testConfiguration(host, 'haproxy.service')).toMatchObject({ passed: null });
    });

    it('hands a name over to the byte', async () => {
      await fleet.takeRestarts();
      await restart(escaped);
      expect(await fleet.takeRestarts()).toEqual([['restart', '--', escaped]]);
    });

    it('does nothing with a request that arrives too late', async () => {
      const begin = await fleet.starts('steady.service');
      const { code, stderr } = await host.session.runScript({
        script: restartScript,
        input: 'steady.service\n0\n',
        deadlineMs: 10_000,
      });
      expect([code, stderr.trim()]).toEqual([75, 'lockstep: came too late']);
      expect(await fleet.starts('steady.service')).toBe(begin);
    });

    it('refuses hostile names, or hands them over to the byte, and nothing else ever happens', async () => {
      await fleet.host.execute(`echo 'lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl' > /etc/sudoers.d/zz-any`);
      await fleet.takeRestarts();
      const accepted = hostileNames.filter((name) => driver.refuse(name) === null);
      for (const name of accepted) await failureOf(restart(name));
      expect(await fleet.takeRestarts()).toEqual(accepted.map((name) => ['restart', '--', name]));
      expect(hostileNames.length).toBeGreaterThanOrEqual(200);
      await fleet.host.execute(`test ! -e ${traceFile} && rm /etc/sudoers.d/zz-any`);
    });

    it('refuses ten thousand generated names, or hands them over to the byte', async () => {
      const names = generatedNames(10_000);
      const accepted = names.filter((name) => driver.refuse(name) === null);
      expect(accepted.length).toBeGreaterThan(2_000);
      expect(names.length - accepted.length).toBeGreaterThan(2_000);
      for (const name of names) if (/[^A-Za-z0-9:_.\\@-]/.test(name)) expect(driver.refuse(name)).not.toBeNull();
      // Many logins would take minutes: the same script, as root, once for each name, with systemctl only noting its arguments.
      await fleet.host.execute(`cat > /tmp/restart.sh <<'END'\n${restartScript}\nEND
mkdir -p /usr/local/sbin && cat > /usr/local/sbin/systemctl <<'END'
#!/bin/sh
for word; do printf '%s\\0' "$word"; done; printf '\\n'
END
chmod 755 /usr/local/sbin/systemctl`);
      const told: string[][] = [];
      for (let first = 0; first < accepted.length; first += 1_000) {
        const batch = accepted.slice(first, first + 1_000).map((name) => `${name}\n`);
        const output = await fleet.host.execute(`while IFS= read -r name; do
  printf '%s\\n999999999\\n' "$name" | sh /tmp/restart.sh
done <<'END_OF_NAMES'\n${batch.join('')}END_OF_NAMES`);
        told.push(
          ...output
            .split('\0\n')
            .slice(0, -1)
            .map((line) => line.split('\0')),
        );
      }
      await fleet.host.execute('rm /usr/local/sbin/systemctl');
      expect(told.length).toBe(accepted.length);
      told.forEach((words, index) => expect(words).toEqual(['restart', '--', accepted[index]]));
    }, 120_000);
  },
);
