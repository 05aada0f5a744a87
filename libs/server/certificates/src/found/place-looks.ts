import { Injectable } from '@nestjs/common';
import type { ScannedFile } from '@lockstep/contract';
import { SshError } from '@lockstep/server-ssh';
import { DiscoveryService } from '../scan/discovery.service.js';
import { HostSearch } from '../scan/host-search.js';
import { toLookFailure } from '../scan/look-failure.js';
import { readScannedFile } from '../scan/scanned-files.js';
import { several } from '../scan/several.js';
import type { Look, Place } from './place.js';

const addressesAtOnce = 10;
const hostsAtOnce = 5;

type FilePlace = Extract<Place, { kind: 'file' }>;

/** A way on which a login was refused is not gone again, unless a person asks for it. */
export interface LookOptions {
  readonly signal: AbortSignal;
  readonly refusedWays?: ReadonlyMap<number, string>;
}

/** Looks at places: one handshake for an address, one login for all files of a host. */
@Injectable()
export class PlaceLooks {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly hosts: HostSearch,
  ) {}

  /** What each shows, in the order of the places. */
  async look(places: readonly Place[], options: LookOptions): Promise<Look[]> {
    const addresses = places.filter((place) => place.kind === 'address');
    const files = places.filter((place) => place.kind === 'file');
    const byHost = [...Map.groupBy(files, ({ connectionId }) => connectionId)];
    const seen = new Map<Place, Look>();
    await Promise.all([
      several(addresses, addressesAtOnce, async (place) => {
        seen.set(place, await this.lookAtAddress(place, options));
      }),
      several(byHost, hostsAtOnce, async ([connectionId, group]) => {
        for (const [place, look] of await this.lookAtFiles(connectionId, group, options)) seen.set(place, look);
      }),
    ]);
    return places.flatMap((place) => seen.get(place) ?? []);
  }

  private async lookAtAddress(place: Extract<Place, { kind: 'address' }>, { signal }: LookOptions): Promise<Look> {
    try {
      return { sight: await this.discovery.look(place, signal) };
    } catch (error) {
      return { failure: toLookFailure(error), refusedWay: null };
    }
  }

  private async lookAtFiles(
    connectionId: number,
    places: readonly FilePlace[],
    { signal, refusedWays }: LookOptions,
  ): Promise<Map<FilePlace, Look>> {
    let way: string | null = null;
    const all = (look: Look): Map<FilePlace, Look> => new Map(places.map((place) => [place, look]));
    try {
      way = await this.hosts.wayTo(connectionId);
      if (refusedWays?.get(connectionId) === way) return all(refusedBefore(way));
      const paths = places.map(({ path }) => path);
      const [found, roots] = await Promise.all([
        this.hosts.files(connectionId, paths, signal),
        this.discovery.ownRoots(),
      ]);
      const files = found.map((file) => readScannedFile(file, roots));
      return new Map(places.map((place) => [place, lookOf(place, files)]));
    } catch (error) {
      return all({ failure: toLookFailure(error), refusedWay: isRefusedLogin(error) ? way : null });
    }
  }
}

const refusedBefore = (refusedWay: string): Look => ({
  failure: {
    code: 'AUTHENTICATION_FAILED',
    message: 'The host refused the login, which is not tried again by itself.',
  },
  refusedWay,
});

/** A login that is tried again and again may lock the account. A jump host's refusal is the cause of its failure. */
export const isRefusedLogin = (error: unknown): boolean =>
  error instanceof SshError && (error.code === 'AUTHENTICATION_FAILED' || isRefusedLogin(error.cause));

function lookOf({ path }: FilePlace, files: readonly ScannedFile[]): Look {
  const file = files.find((one) => one.path === path);
  if (file?.leaf) return { sight: { leaf: file.leaf, chain: file.chain, problems: file.problems } };
  const failure = file?.failure ?? { code: 'FILE_MISSING', message: `${path} is not a file.` };
  return { failure, refusedWay: null };
}
