import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Resolver } from 'node:dns/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../process/free-port.js';
import { Program, whyMissing } from '../process/program.js';
import { waitUntil } from '../process/wait-until.js';
import { answerAtStandardPort } from './standard-port.js';

const program = '/usr/sbin/named';

/** BIND on loopback, authoritative for one zone that a key may change (RFC 2136). Each name in it is 127.0.0.1. */
export interface NameServer {
  readonly zone: string;
  /** Of the server of the zone, as the zone names it. */
  readonly address: string;
  /** At 127.0.0.1, for questions and updates. */
  readonly port: number;
  /** HMAC-SHA256. */
  readonly key: { readonly name: string; readonly secret: string };
  texts(name: string): Promise<string[]>;
  stop(): Promise<void>;
}

export interface NameServerOptions {
  readonly zone: string;
  /** Answers also at port 53 of `address`, where resolvers look for servers of a zone. For root. */
  readonly atStandardPort?: boolean;
  /** Lines for the zone file. */
  readonly records?: readonly string[];
}

/** Why BIND cannot be had here, or undefined when it can. */
export const whyNoNameServer = (): Promise<string | undefined> => whyMissing(program, 'bind9');

export async function startNameServer({
  zone,
  records = [],
  atStandardPort = false,
}: NameServerOptions): Promise<NameServer> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-named-'));
  // named writes journals beside the zone file.
  await mkdir(join(directory, 'zones'));
  await chmod(directory, 0o755);
  const port = await freePort();
  const standard = atStandardPort ? await answerAtStandardPort(port) : undefined;
  const address = standard?.address ?? '127.0.0.1';
  const key = { name: 'lockstep-test', secret: Buffer.from('a secret of thirty-two bytes, yes').toString('base64') };
  await writeFile(join(directory, 'zones', 'zone'), zoneFile(address, records));
  await writeFile(join(directory, 'named.conf'), configuration({ directory, port, zone, key }));
  const server = Program.start([program, '-g', '-c', join(directory, 'named.conf'), '-p', String(port)]);
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([`127.0.0.1:${port}`]);
  const stop = async (): Promise<void> => {
    standard?.stop();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  const texts = (name: string): Promise<string[]> =>
    resolver.resolveTxt(name).then(
      (found) => found.map((parts) => parts.join('')),
      () => [],
    );
  await waitUntil('BIND answers', async () => {
    server.assertRunning();
    return resolver.resolveSoa(zone).catch(() => undefined);
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { zone, address, port, key, texts, stop };
}

const zoneFile = (address: string, records: readonly string[]): string =>
  [
    '$TTL 60',
    '@ SOA ns1 hostmaster 1 3600 600 86400 60',
    '@ NS ns1',
    '@ A 127.0.0.1',
    '* A 127.0.0.1',
    `ns1 A ${address}`,
    ...records,
    '',
  ].join('\n');

interface Setting {
  readonly directory: string;
  readonly port: number;
  readonly zone: string;
  readonly key: { readonly name: string; readonly secret: string };
}

const configuration = ({ directory, port, zone, key }: Setting): string => `
key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };
options {
  directory "${directory}";
  pid-file none;
  session-keyfile "${directory}/session.key";
  managed-keys-directory "${directory}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  notify no;
};
controls { };
zone "${zone}" {
  type primary;
  file "${directory}/zones/zone";
  update-policy { grant ${key.name} zonesub TXT; };
};
`;
