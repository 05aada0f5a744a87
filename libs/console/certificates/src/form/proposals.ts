import type { Connection, DiscoverAnswer, Service } from '@lockstep/contract';
import type { AddressModel } from '../look/address-model';
import { emptyCertificate, type CertificateModel } from './certificate-model';
import { emptyTarget, writeEndpoint, type TargetModel } from './target-model';

/** Servers that read certificates from files, by their unit, with the test of their configuration. The first that runs is proposed. */
const knownServers: readonly { readonly unit: RegExp; readonly check: string }[] = [
  { unit: /^(nginx|openresty)\.service$/, check: 'sudo -n nginx -t' },
  { unit: /^(apache2|httpd)\.service$/, check: 'sudo -n apachectl configtest' },
  { unit: /^haproxy\.service$/, check: 'sudo -n haproxy -c -f /etc/haproxy/haproxy.cfg' },
  { unit: /^(postfix|dovecot|exim4|lighttpd|slapd|mosquitto)\.service$/, check: '' },
  { unit: /^postgresql(@.+)?\.service$/, check: '' },
];

/** Folders that most Linux systems have. */
const certificateFolder = '/etc/ssl/certs';
const keyFolder = '/etc/ssl/private';

/** The connection that leads to where one looked, if there is one. */
export function findConnection(
  connections: readonly Connection[],
  { address, answer }: { readonly address: AddressModel; readonly answer: DiscoverAnswer | null },
): Connection | undefined {
  const places = new Set([address.host, address.serverName, answer?.address ?? ''].filter(Boolean));
  return connections.find(({ host }) => places.has(host)) ?? connections.find(({ name }) => places.has(name));
}

/** What a port shows, taken over: names, key and where it is to be verified. */
export function proposeCertificate(
  answer: Pick<DiscoverAnswer, 'leaf' | 'serverName'>,
): Pick<CertificateModel, 'name' | 'domains' | 'keyType'> {
  const { names, keyType } = answer.leaf;
  const [first = answer.serverName] = names;
  const known = (['ecdsa-p256', 'rsa-2048', 'rsa-4096'] as const).find((each) => each === keyType);
  return {
    name: first.replace(/^\*\./, ''),
    domains: (names.length > 0 ? names : [answer.serverName]).join('\n'),
    keyType: known ?? emptyCertificate.keyType,
  };
}

/** Paths on a host for a certificate of that name. */
export function proposeFiles(name: string): Pick<TargetModel, 'certificatePath' | 'keyPath'> {
  const stem =
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]+/g, '-')
      .replaceAll(/^[-.]+|[-.]+$/g, '') || 'server';
  return { certificatePath: `${certificateFolder}/${stem}.pem`, keyPath: `${keyFolder}/${stem}.key` };
}

/** The server that probably reads the files, from what runs on the host. Nothing, when none is known. */
export function proposeServer(services: readonly Service[]): Pick<TargetModel, 'reloadService' | 'check'> | null {
  const running = services.filter(({ state }) => state === 'active');
  for (const { unit, check } of knownServers) {
    const found = running.find(({ name }) => unit.test(name));
    if (found !== undefined) return { reloadService: found.name, check };
  }
  return null;
}

/** Where a handshake is to show it: where one looked, else port 443 of the connection's host, for the first name. */
export function proposeVerification(
  connection: Pick<Connection, 'host'>,
  { address, domains }: { readonly address: AddressModel | null; readonly domains: readonly string[] },
): string {
  const asked = [address?.serverName, address?.host].find((name) => name !== undefined && domains.includes(name));
  const serverName = asked ?? domains.find((name) => !name.startsWith('*.')) ?? connection.host;
  const host = address?.host || connection.host;
  return writeEndpoint({ host, port: Number(address?.port ?? 443), serverName });
}

export const proposeTarget = (
  connection: Connection | undefined,
  context: { readonly name: string; readonly address: AddressModel | null; readonly domains: readonly string[] },
): TargetModel => ({
  ...emptyTarget,
  ...proposeFiles(context.name),
  ...(connection === undefined
    ? {}
    : { connectionId: String(connection.id), verify: proposeVerification(connection, context) }),
});
