import { startSystemdHost, whyNoSystemdHosts } from '@lockstep/server-testing';
import { SystemdDriver } from '../src/drivers/systemd/systemd-driver.js';
import { openDriverHost } from './driver-host.js';
import { type DriverKit, describeDriver } from './driver-kit.js';
import { traceFile } from './hostile-names.js';

const service = 'steady-worker.service';
const unit = `[Unit]
Description=Steady worker
[Service]
ExecStartPre=/bin/sh -c 'echo x >> /var/log/starts'
ExecStart=/bin/sh -c 'echo begins to work; exec sleep infinity'
`;

async function startKit(): Promise<DriverKit> {
  const host = await startSystemdHost({
    files: { [`/etc/systemd/system/${service}`]: unit },
    sudoers: [
      `lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl restart -- ${service}`,
      `lockstep ALL=(root) NOPASSWD: /usr/bin/journalctl --quiet --no-pager --output\\=short-unix --lines\\=200 --unit\\=${service}`,
    ],
  });
  await host.execute(`systemctl start ${service}`);
  const door = {
    host: '127.0.0.1',
    port: host.port,
    username: host.username,
    credential: () => ({ kind: 'private_key', privateKey: host.user.privateKey }) as const,
    fingerprint: host.hostKeyFingerprint,
  };
  return {
    driver: new SystemdDriver(),
    host: await openDriverHost(door),
    service,
    absent: 'no-such-worker.service',
    // The first start was no restart.
    restarts: async () => Number(await host.execute('wc -l < /var/log/starts')) - 1,
    traces: () =>
      host.execute(
        `ls ${traceFile} 2>&1 || true; systemctl show --property=UserspaceTimestamp; systemctl list-jobs --no-legend`,
      ),
    logged: 'begins to work',
    stop: () => host.stop(),
  };
}

const reason = await whyNoSystemdHosts();
if (reason === undefined) describeDriver('systemd', startKit);
else describe.skip(`the systemd driver (left out: ${reason})`, () => it.todo('is tried on a real host'));
