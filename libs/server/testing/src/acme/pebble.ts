import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../process/free-port.js';
import { Program, whyMissing } from '../process/program.js';
import { waitUntil } from '../process/wait-until.js';
import { type ChallengeServer, startChallengeServer } from './challenge-server.js';
import { type TlsIdentity, makeTlsIdentity } from './tls-identity.js';

const program = '/usr/bin/pebble';

export interface PebbleOptions {
  /** Per cent of good nonces that are refused; none unless told. */
  readonly rejectedNonces?: number;
  /** Per cent of names that need no proof again once they were proved; none unless told. */
  readonly reusedAuthorizations?: number;
  /** How long certificates are valid; Pebble's five years unless told. */
  readonly certificateSeconds?: number;
  /** The CA then takes only accounts that are bound by one of these: HMAC keys (base64url) by their `kid`. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  /** `address:port` of the DNS that validation asks; the challenge server's unless told. */
  readonly dnsServer?: string;
  /** How many other roots sign the issuing authority too; each gives an alternate chain. */
  readonly alternateRoots?: number;
}

/** A real ACME server on loopback, which really validates. Its state is in memory. */
export interface Pebble {
  readonly directoryUrl: string;
  readonly port: number;
  /** Trust this (PEM) to speak with it. */
  readonly tls: TlsIdentity;
  /** Where it looks for HTTP-01 answers instead of port 80, at whatever host a name has. */
  readonly httpPort: number;
  /** Its DNS, by which every name is 127.0.0.1. */
  readonly dns: ChallengeServer;
  readonly log: () => string;
  /** The root (PEM) that it signs under, or one of the alternates. */
  root(index?: number): Promise<string>;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Why Pebble cannot be had here, or undefined when it can. */
export const whyNoPebble = (): Promise<string | undefined> => whyMissing(program, 'pebble');

export async function startPebble(options: PebbleOptions = {}): Promise<Pebble> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-pebble-'));
  const tls = await makeTlsIdentity(directory);
  const [port, managementPort, httpPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const dns = await startChallengeServer();
  const config = join(directory, 'pebble.json');
  await writeFile(config, JSON.stringify(configuration({ options, tls, port, managementPort, httpPort })));
  const server = Program.start([program, '-config', config, '-dnsserver', options.dnsServer ?? dns.dnsAddress], {
    PEBBLE_VA_NOSLEEP: '1',
    // Only what a test asks for.
    PEBBLE_WFE_NONCEREJECT: String(options.rejectedNonces ?? 0),
    PEBBLE_AUTHZREUSE: String(options.reusedAuthorizations ?? 0),
    PEBBLE_ALTERNATE_ROOTS: String(options.alternateRoots ?? 0),
  });
  const stop = async (): Promise<void> => {
    await Promise.all([server.stop(), dns.stop()]);
    await rm(directory, { recursive: true, force: true });
  };
  const directoryUrl = `https://127.0.0.1:${port}/dir`;
  const root = (index = 0): Promise<string> => fetchText(`https://127.0.0.1:${managementPort}/roots/${index}`, tls);
  await waitUntil('Pebble answers', async () => {
    server.assertRunning();
    return fetchText(directoryUrl, tls).catch(() => undefined);
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const [freeze, thaw] = [(): void => server.freeze(), (): void => server.thaw()];
  return { directoryUrl, port, tls, httpPort, dns, log: () => server.log, root, freeze, thaw, stop };
}

interface Setting {
  readonly options: PebbleOptions;
  readonly tls: TlsIdentity;
  readonly port: number;
  readonly managementPort: number;
  readonly httpPort: number;
}

const configuration = ({ options, tls, port, managementPort, httpPort }: Setting) => ({
  pebble: {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: tls.certificatePath,
    privateKey: tls.keyPath,
    httpPort,
    tlsPort: httpPort,
    externalAccountBindingRequired: options.externalAccounts !== undefined,
    ...(options.externalAccounts && { externalAccountMACKeys: options.externalAccounts }),
    ...(options.certificateSeconds && { certificateValidityPeriod: options.certificateSeconds }),
  },
});

function fetchText(url: string, { certificate }: TlsIdentity): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { ca: certificate, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    }).on('error', reject);
  });
}
