import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../process/free-port.js';
import { startSystemdHost, type SystemdHost } from '../systemd/systemd-host.js';

const execute = promisify(execFile);

/** What nginx serves on a host of {@link startTlsHost}. The folder holds these two files and nothing else. */
export const tlsSite = {
  name: 'shop.example',
  folder: '/etc/nginx/tls',
  certificatePath: '/etc/nginx/tls/shop.pem',
  keyPath: '/etc/nginx/tls/shop.key',
} as const;
const { name: siteName, folder, certificatePath, keyPath } = tlsSite;

/** A whole host with nginx, which serves a certificate of somebody else's on a loopback port. */
export interface TlsHost {
  readonly host: SystemdHost;
  readonly port: number;
}

const site = (port: number): string => `server {
  listen 127.0.0.1:${String(port)} ssl;
  server_name ${siteName};
  ssl_certificate ${certificatePath};
  ssl_certificate_key ${keyPath};
  location / { return 200 "hello"; }
}
`;

/** Boots it; the login may write its folder, reload nginx and test its configuration, and nothing else. */
export async function startTlsHost(): Promise<TlsHost> {
  const port = await freePort();
  const { certificate, key } = makeOldCertificate();
  const host = await startSystemdHost({
    sudoers: [
      'lockstep ALL=(root) NOPASSWD: /usr/bin/systemctl reload-or-restart -- nginx.service',
      'lockstep ALL=(root) NOPASSWD: /usr/sbin/nginx -t',
    ],
    files: { '/etc/nginx/conf.d/shop.conf': site(port), [certificatePath]: certificate, [keyPath]: key },
  });
  // The default site would take port 80 of the shared network.
  await host.execute('rm /etc/nginx/sites-enabled/default');
  await host.execute(`chown -R lockstep: ${folder} && chmod 0600 ${keyPath} && systemctl start nginx`);
  return { host, port };
}

function makeOldCertificate(): { certificate: string; key: string } {
  const place = mkdtempSync(join(tmpdir(), 'lockstep-old-'));
  try {
    const subject = ['-subj', `/CN=${siteName}`, '-addext', `subjectAltName=DNS:${siteName}`];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key', '-out', 'pem'];
    execFileSync('openssl', ['req', '-x509', ...made, ...subject, '-days', '30'], { cwd: place, stdio: 'ignore' });
    return { certificate: readFileSync(join(place, 'pem'), 'utf8'), key: readFileSync(join(place, 'key'), 'utf8') };
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** What OpenSSL says to the handshake when it trusts this root alone. */
export async function opensslSays(port: number, root: string): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'lockstep-root-'));
  try {
    await writeFile(join(place, 'root.pem'), root);
    const whom = ['-connect', `127.0.0.1:${String(port)}`, '-servername', siteName, '-verify_hostname', siteName];
    const running = execute('openssl', [
      's_client',
      ...whom,
      '-CAfile',
      join(place, 'root.pem'),
      '-verify_return_error',
    ]);
    running.child.stdin?.end();
    return (await running).stdout;
  } finally {
    await rm(place, { recursive: true });
  }
}

/** Whether key and certificate on the host belong together, by OpenSSL's word. */
export async function isTlsPair(host: SystemdHost): Promise<boolean> {
  const [ofCertificate, ofKey] = await Promise.all([
    host.execute(`cat ${certificatePath}`),
    host.execute(`cat ${keyPath}`),
  ]);
  const options = { encoding: 'utf8' as const };
  const one = execFileSync('openssl', ['x509', '-noout', '-pubkey'], { ...options, input: ofCertificate });
  return one === execFileSync('openssl', ['pkey', '-pubout'], { ...options, input: ofKey });
}
