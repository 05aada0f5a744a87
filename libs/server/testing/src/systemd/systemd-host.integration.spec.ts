import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { whyNoSystemdHosts } from './base-system.js';
import { startSystemdHost, type SystemdHost } from './systemd-host.js';

const execute = promisify(execFile);
const reason = await whyNoSystemdHosts();
const title = reason ? `a systemd host (left out: ${reason})` : 'a systemd host';

(reason ? describe.skip : describe)(title, () => {
  let host: SystemdHost;

  beforeAll(async () => {
    host = await startSystemdHost({
      sudoers: ['lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl restart cron-like.service'],
    });
  }, 300_000);

  afterAll(async () => {
    await host.stop();
  }, 60_000);

  it('runs systemd as its first process, under its own name', async () => {
    expect((await host.execute('cat /proc/1/comm; hostname')).split('\n')).toEqual(['systemd', host.name, '']);
    expect(await host.execute('systemctl show --property=InvocationID ssh')).toMatch(/InvocationID=[0-9a-f]{32}/);
  });

  it('shares its control groups with no other host', async () => {
    const groups = (await host.execute('cat /proc/1/cgroup'))
      .split('\n')
      .filter((line) => /:(?:name=systemd)?:/.test(line));
    expect(groups.length).toBeGreaterThan(0);
    for (const group of groups) expect(group).toContain(host.name);
  });

  it('shows its own host key over SSH', async () => {
    const { stdout } = await execute('sh', [
      '-c',
      `ssh-keyscan -p ${host.port} 127.0.0.1 2>/dev/null | ssh-keygen -lf -`,
    ]);
    expect(stdout).toContain(host.hostKeyFingerprint);
  });
});
