import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Pebble,
  type TlsHost,
  TlsProbe,
  showWebRoot,
  startPebble,
  startTlsHost,
  waitUntil,
  whyNoPebble,
  whyNoSystemdHosts,
} from '@lockstep/server-testing';
import type { CleanUp } from './clean-up.js';

/**
 * The names that certificates are for, and where the CA finds each: all at one port, and whoever proves a name answers at an
 * address of its own.
 */
export const sites = {
  /** Answered by the host's nginx. */
  host: { name: 'shop.example', address: '127.0.0.1' },
  lego: { name: 'lego.example', address: '127.0.0.2' },
  certbot: { name: 'certbot.example', address: '127.0.0.3' },
  bare: { name: 'bare.example', address: '127.0.0.4' },
  /** Answered by Lockstep itself. */
  lockstep: { name: 'lockstep.example', address: '127.0.0.5' },
} as const;

/** One CA and one host with nginx, for Lockstep and its peers alike. */
export interface CertificateSite {
  readonly pebble: Pebble;
  readonly place: TlsHost;
  /** Files that peers want: the key of the host's login, and the certificate of the CA's own port. */
  readonly keyFile: string;
  readonly rootFile: string;
  /** For what peers write. */
  readonly directory: string;
}

/** Why it cannot be had here, or undefined when it can. */
export const whyNoCertificateSite = async (): Promise<string | undefined> =>
  (await whyNoPebble()) ?? (await whyNoSystemdHosts());

export async function startCertificateSite(cleanUp: CleanUp): Promise<CertificateSite> {
  const directory = cleanUp.with(await mkdtemp(join(tmpdir(), 'lockstep-bench-')), (it) => rm(it, { recursive: true }));
  const pebble = cleanUp.with(await startPebble(), (it) => it.stop());
  const place = cleanUp.with(await startTlsHost(), (it) => it.host.stop());
  await showWebRoot(place, pebble.httpPort);
  for (const { name, address } of Object.values(sites)) await pebble.dns.setAddresses(name, [address]);
  const [keyFile, rootFile] = [join(directory, 'key'), join(directory, 'ca.pem')];
  await writeFile(keyFile, place.host.user.privateKey, { mode: 0o600 });
  await writeFile(rootFile, pebble.tls.certificate);
  return { pebble, place, keyFile, rootFile, directory };
}

/** Times one renewal. @throws when the host does not serve another certificate soon after it: then nothing was measured */
export async function timeRenewal({ place }: CertificateSite, renew: () => Promise<number>): Promise<number> {
  const before = await TlsProbe.look(place.port);
  const took = await renew();
  await waitUntil('another certificate is served', async () => {
    const seen = await TlsProbe.look(place.port);
    return (seen !== before && !seen.startsWith('error')) || undefined;
  });
  return took;
}
