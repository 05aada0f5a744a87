import type { TlsHost } from './tls-host.js';

/** What a host shows over HTTP after {@link showWebRoot}: proofs of HTTP-01. */
export const webRoot = '/srv/acme';

/** Has the host's nginx show a folder, which its login may write, at a loopback port: where a CA looks instead of port 80. */
export async function showWebRoot({ host }: TlsHost, port: number): Promise<void> {
  const site = `server { listen 127.0.0.1:${String(port)}; root ${webRoot}; }`;
  await host.execute(
    `mkdir -p ${webRoot} && chown lockstep: ${webRoot} && echo '${site}' >/etc/nginx/conf.d/acme.conf && systemctl reload nginx`,
  );
}
