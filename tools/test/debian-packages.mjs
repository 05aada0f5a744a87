import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** What the tests use of Debian: the program by which it is recognised, and the package that brings it. */
const wanted = [
  ['/usr/bin/ssh-keygen', 'openssh-client'],
  ['/usr/sbin/sshd', 'openssh-server'],
  ['/usr/bin/openssl', 'openssl'],
  ['/usr/bin/chromium', 'chromium'],
  ['/usr/sbin/debootstrap', 'debootstrap'],
  ['/usr/bin/systemd-nspawn', 'systemd-container'],
  ['/usr/bin/pebble', 'pebble'],
  ['/usr/sbin/named', 'bind9'],
  ['/usr/bin/faketime', 'faketime'],
];
const policy = '/usr/sbin/policy-rc.d';

/** Names of the packages that are missing here. */
export function missingPackages() {
  return wanted.filter(([program]) => !existsSync(program)).map(([, name]) => name);
}

export const runsAsRoot = process.getuid?.() === 0;

/** Whether this machine lets us install: root on Debian or one of its kin. */
export const canInstall = runsAsRoot && existsSync('/usr/bin/apt-get');

/** Installs by apt. None of the services that come with the packages is started: the tests start private ones. */
export function installDebianPackages(names) {
  const ownPolicy = !existsSync(policy);
  if (ownPolicy) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const install = ['install', '-y', '--no-install-recommends', ...names];
    if (apt(install).status === 0) return;
    const update = apt(['update']);
    const second = apt(install);
    if (second.status !== 0) throw new Error(`apt-get install failed.\n${update.output}\n${second.output}`);
  } finally {
    if (ownPolicy) rmSync(policy, { force: true });
  }
}

function apt(parameters) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const result = spawnSync('apt-get', parameters, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return { status: result.status, output: `${result.stdout}${result.stderr}`.trim() };
}
