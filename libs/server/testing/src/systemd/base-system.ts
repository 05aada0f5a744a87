import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { arch } from 'node:process';
import { run, runsAsRoot } from '../process/run.js';

/** Outside the repository and kept between runs: 280 MB, 40 s to make. */
const cacheDirectory = '/var/cache/lockstep-tests';
/** Raise it when the packages or the preparation below change. */
const edition = 1;
const packages = ['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'sudo', 'nginx-light', 'iproute2'];
/** They would take port 80 of the shared network, or fetch packages while tests run. */
const quietUnits = ['nginx.service', 'apt-daily.timer', 'apt-daily-upgrade.timer', 'e2scrub_all.timer', 'fstrim.timer'];

/** Why whole systemd hosts cannot be had here, or undefined when they can. */
export async function whyNoSystemdHosts(): Promise<string | undefined> {
  if (!runsAsRoot) return 'they need root';
  if (!/^ID=debian$/m.test(await readFile('/etc/os-release', 'utf8').catch(() => ''))) return 'they need Debian';
  for (const [program, debianPackage] of [
    ['/usr/sbin/debootstrap', 'debootstrap'],
    ['/usr/bin/systemd-nspawn', 'systemd-container'],
  ] as const) {
    if (!(await exists(program))) return `"apt-get install ${debianPackage}" is missing`;
  }
  return undefined;
}

/** Makes the base system ahead of the tests, where this machine allows it. */
export async function prepareSystemdHosts(): Promise<void> {
  if ((await whyNoSystemdHosts()) === undefined) await ensureBaseSystem();
}

/** The folder of a whole Debian of this machine's release, which hosts lie over. Made by debootstrap when missing. */
export async function ensureBaseSystem(): Promise<string> {
  const reason = await whyNoSystemdHosts();
  if (reason) throw new Error(`There can be no systemd hosts here: ${reason}.`);
  const release = await codename();
  const base = `${cacheDirectory}/${release}-${arch}-${edition}`;
  if (await exists(base)) return base;
  const unfinished = `${base}.new-${process.pid}`;
  await mkdir(cacheDirectory, { recursive: true });
  try {
    await run([
      'debootstrap',
      '--variant=minbase',
      `--include=${packages.join(',')}`,
      release,
      unfinished,
      await mirror(release),
    ]);
    await run(['chroot', unfinished, 'systemctl', 'disable', ...quietUnits]);
    await rename(unfinished, base);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another test worker that needed it at the same moment was first.
    if (!(await exists(base))) throw error;
  }
  return base;
}

async function codename(): Promise<string> {
  const found = /^VERSION_CODENAME=(\w+)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1];
  if (!found) throw new Error('/etc/os-release names no release of Debian.');
  return found;
}

/** The package source that this machine itself uses. */
async function mirror(release: string): Promise<string> {
  const policy = await run(['apt-cache', 'policy']);
  const found = new RegExp(`^ *\\d+ (\\S+) ${release}/main `, 'm').exec(policy)?.[1];
  if (!found) throw new Error(`apt knows no package source for ${release}/main. Run "apt-get update".`);
  return found;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
