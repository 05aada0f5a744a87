import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate, FoundCertificate, Issuer, StartAnswer, WatchAnswer } from '@lockstep/contract';
import type { CertificateFleet } from './certificate-fleet.js';
import type { ControlledHost } from './controlled-host.js';

/** Paths of pages that a fleet must have gone through something to show; what they show does not change any more. */
export interface CertificatePlaces {
  readonly pages: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** One waits for a signature by hand, one was put on a host and not on another, one is only watched. */
export async function prepareCertificatePlaces(fleet: CertificateFleet): Promise<CertificatePlaces> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-places-'));
  await chmod(folder, 0o755);
  try {
    const byHand = await waitForSignature(fleet);
    const several = await renewOnSeveral(fleet, folder);
    const found = await watch(fleet);
    return {
      pages: {
        'certificate-by-hand': `/certificates/${byHand.certificateId}`,
        'operation-by-hand': `/operations/${byHand.operationId}`,
        'operation-other-hosts': `/operations/${several.operationId}`,
        'certificate-other-hosts': `/certificates/${several.certificateId}`,
        found: `/certificates/found/${found.id}`,
        'certificates-found': '/certificates?origin=found',
      },
      stop: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Renewal {
  readonly certificateId: number;
  readonly operationId: string;
}

/** Not by itself again, so that it stays as it ended. */
async function renew({ world: { api } }: CertificateFleet, input: object): Promise<Renewal> {
  const { id } = await api.call<Certificate>('POST', '/certificates', { ...input, autoRenew: false });
  const { operationId } = await api.call<StartAnswer>('POST', `/certificates/${id}/renew`);
  return { certificateId: id, operationId };
}

async function waitForSignature(fleet: CertificateFleet): Promise<Renewal> {
  const { items } = await fleet.world.api.call<{ items: Issuer[] }>('GET', '/issuers');
  const name = 'portal.example.net';
  const target = { connectionId: fleet.connection.id, certificatePath: '/srv/portal.pem', keyPath: '/srv/portal.key' };
  const issuerId = items.find(({ kind }) => kind === 'manual')?.id;
  const renewal = await renew(fleet, { name: 'portal', domains: [name], issuerId, targets: [target] });
  await fleet.world.api.operationOnce(renewal.operationId, ({ metadata }) => 'waitsFor' in metadata);
  return renewal;
}

/** On three hosts, of which the last one has no such folder. */
async function renewOnSeveral(fleet: CertificateFleet, folder: string): Promise<Renewal> {
  const { world } = fleet;
  const targets = [];
  for (const place of ['cluster-1', 'cluster-2', 'cluster-3']) {
    const host: ControlledHost = await world.startHost();
    const { id: connectionId } = await world.connect(host, { name: `${place}.example.net`, tags: ['cluster'] });
    const path = join(folder, place);
    if (place !== 'cluster-3') execFileSync('install', ['-d', '-o', host.username, path]);
    targets.push({ connectionId, certificatePath: join(path, 'site.pem'), keyPath: join(path, 'site.key') });
  }
  const renewal = await renew(fleet, { name: 'cluster', domains: ['cluster.example.net'], issuerId: 1, targets });
  await world.api.operationOnce(renewal.operationId, ({ completedAt }) => completedAt !== null, 60_000);
  return renewal;
}

/** A port that shows a certificate which Lockstep does not manage. */
async function watch({ world: { api }, tls }: CertificateFleet): Promise<FoundCertificate> {
  const place = { kind: 'address', host: '127.0.0.1', port: tls.port, serverName: 'shop.example.net' };
  const { items } = await api.call<WatchAnswer>('POST', '/certificates/found', { places: [place] });
  const found = items[0]?.found;
  if (found == null) throw new Error('The port showed no certificate.');
  return found;
}
