import { Injectable } from '@nestjs/common';
import type { InventoryItem, RouteAnswer, RouteInput, routes } from '@lockstep/contract';
import { CertificateQueries } from '../certificates/certificate-queries.js';
import { FoundQueries } from '../found/found-queries.js';
import { InventoryPages, type Listed } from './inventory-pages.js';

/** The list of all certificates there are, through the eyes of a user. */
@Injectable()
export class InventoryQueries {
  constructor(
    private readonly pages: InventoryPages,
    private readonly certificates: CertificateQueries,
    private readonly found: FoundQueries,
  ) {}

  async list(
    userId: number,
    { cursor, limit, origin, ...filters }: RouteInput<typeof routes.listInventory>['query'],
  ): Promise<RouteAnswer<typeof routes.listInventory>> {
    const { rows, ...page } = await this.pages.read(userId, { ...filters, ...originsOf(origin) }, { cursor, limit });
    return { ...page, items: await this.complete(userId, rows) };
  }

  async countExpiries(
    userId: number,
    { boundaries, origin, ...filters }: RouteInput<typeof routes.countExpiries>['query'],
  ): Promise<RouteAnswer<typeof routes.countExpiries>> {
    return { items: await this.pages.countExpiries(userId, { ...filters, ...originsOf(origin) }, boundaries) };
  }

  private async complete(userId: number, rows: readonly Listed[]): Promise<InventoryItem[]> {
    const idsOf = (source: number) => rows.filter((row) => row.source === source).map(({ id }) => id);
    const [certificates, found] = await Promise.all([
      this.certificates.some(userId, idsOf(0)),
      this.found.some(userId, idsOf(1)),
    ]);
    const certificateById = new Map(certificates.map((one) => [one.id, one]));
    const foundById = new Map(found.map((one) => [one.id, one]));
    return rows.flatMap(({ origin, id }): InventoryItem[] => {
      if (origin === 'found') {
        const one = foundById.get(id);
        return one ? [{ origin, found: one }] : [];
      }
      const certificate = certificateById.get(id);
      return certificate ? [{ origin, certificate }] : [];
    });
  }
}

const originsOf = (origin: InventoryItem['origin'] | undefined) => (origin === undefined ? {} : { origins: [origin] });
