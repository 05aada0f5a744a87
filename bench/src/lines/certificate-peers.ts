import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tlsSite } from '@lockstep/server-testing';
import type { BareAcmeAnswer, BareAcmeTask } from '../peers/bare-acme.js';
import { type CertificateSite, sites } from '../setup/certificate-site.js';
import type { CleanUp } from '../setup/clean-up.js';
import { PeerProcess } from '../setup/peer-process.js';
import { isInstalled, timeProgram } from '../setup/programs.js';

/** One certificate issued and deployed, in milliseconds. */
export type Renewal = () => Promise<number>;

const email = 'ada@example.com';

/** Lets the login copy two files and reload, as a script of an administrator would: staged, tested, reloaded, not verified. */
async function deploy(site: CertificateSite, files: { certificate: string; key: string }): Promise<number> {
  const { host } = site.place;
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes', 'LogLevel=ERROR'];
  const common = ['-F', 'none', '-i', site.keyFile, ...options.flatMap((option) => ['-o', option])];
  const login = `${host.username}@127.0.0.1`;
  const names = [files.certificate, files.key].map((path) => path.slice(path.lastIndexOf('/') + 1));
  const script = [
    `umask 077 && mv ${names[0] ?? ''} ${tlsSite.certificatePath} && mv ${names[1] ?? ''} ${tlsSite.keyPath}`,
    'sudo -n nginx -t && sudo -n systemctl reload-or-restart -- nginx.service',
  ];
  const copied = await timeProgram([
    ...(['scp', ...common, '-P', String(host.port)] as const),
    ...[files.certificate, files.key, `${login}:`],
  ]);
  return copied + (await timeProgram(['ssh', ...common, '-p', String(host.port), login, script.join(' && ')]));
}

/** lego, which answers the challenge itself, then `scp` and `ssh`. Undefined: it is not installed. */
export async function lego(site: CertificateSite): Promise<Renewal | undefined> {
  if (!(await isInstalled('lego', '--version'))) return undefined;
  const { name, address } = sites.lego;
  const folder = join(site.directory, 'lego');
  const { directoryUrl, httpPort } = site.pebble;
  const account = ['--server', directoryUrl, '--email', email, '--accept-tos', '--path', folder];
  const proof = ['--domains', name, '--http', '--http.port', `${address}:${String(httpPort)}`];
  const env = { LEGO_CA_CERTIFICATES: site.rootFile };
  const file = (kind: string): string => join(folder, 'certificates', `${name}.${kind}`);
  return async () => {
    const issued = await timeProgram(['lego', ...account, ...proof, 'run'], { env });
    return issued + (await deploy(site, { certificate: file('crt'), key: file('key') }));
  };
}

/** certbot, which answers the challenge itself, then `scp` and `ssh`. Undefined: it is not installed. */
export async function certbot(site: CertificateSite): Promise<Renewal | undefined> {
  if (!(await isInstalled('certbot', '--version'))) return undefined;
  const { name, address } = sites.certbot;
  const folder = join(site.directory, 'certbot');
  const folders = ['config', 'work', 'logs'].flatMap((each) => [`--${each}-dir`, join(folder, each)]);
  const { directoryUrl, httpPort } = site.pebble;
  const account = ['--server', directoryUrl, '--email', email, '--agree-tos', '--non-interactive', ...folders];
  const proof = ['--standalone', '--http-01-address', address, '--http-01-port', String(httpPort), '--domain', name];
  const env = { REQUESTS_CA_BUNDLE: site.rootFile };
  const file = (kind: string): string => join(folder, 'config/live', name, `${kind}.pem`);
  return async () => {
    const issued = await timeProgram(['certbot', 'certonly', '--force-renewal', ...account, ...proof], { env });
    return issued + (await deploy(site, { certificate: file('fullchain'), key: file('privkey') }));
  };
}

/** acme-client in a process of its own: alone, and with `scp` and `ssh` after it. */
export async function bareAcme(
  site: CertificateSite,
  cleanUp: CleanUp,
): Promise<{ readonly issue: Renewal; readonly renew: Renewal }> {
  const { name, address } = sites.bare;
  const { directoryUrl, httpPort } = site.pebble;
  const env = { NODE_EXTRA_CA_CERTS: site.rootFile };
  const peer = cleanUp.with(PeerProcess.start('bare-acme', [address, String(httpPort)], env), (it) => it.stop());
  await peer.next();
  const task: BareAcmeTask = { directoryUrl, name };
  const issue = (): Promise<BareAcmeAnswer> => peer.ask<BareAcmeAnswer>(task);
  const folder = join(site.directory, 'bare');
  await mkdir(folder);
  const files = { certificate: join(folder, 'bare.crt'), key: join(folder, 'bare.key') };
  const renew = async (): Promise<number> => {
    const { ms, certificate, key } = await issue();
    await writeFile(files.certificate, certificate);
    await writeFile(files.key, key, { mode: 0o600 });
    return ms + (await deploy(site, files));
  };
  return { issue: async () => (await issue()).ms, renew };
}
