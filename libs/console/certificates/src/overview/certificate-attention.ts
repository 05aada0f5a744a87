import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, listInventory } from '@lockstep/console-api';
import { OneRead } from '@lockstep/console-ui';
import { rowOf, type InventoryRow } from '../words/inventory-row';

/** How many the overview shows before the rest is a link. */
const rowsShown = 8;

/** The certificates that need somebody, in the order of the inventory. Provided by the overview. */
@Injectable()
export class CertificateAttention {
  private readonly api = inject(Api);
  private readonly found = signal<readonly InventoryRow[]>([]);
  private readonly all = signal(0);
  private readonly answered = signal(false);
  private readonly reading = new OneRead(() => this.read());

  readonly rows = this.found.asReadonly();
  /** How many there are, also those not shown. */
  readonly total = this.all.asReadonly();
  readonly isCalm = computed(() => this.answered() && this.all() === 0);
  readonly more = computed(() => this.all() - this.found().length);

  async load(): Promise<void> {
    await this.reading.again();
  }

  /** What cannot be read is left out: the certificates' own page tells why. */
  private async read(): Promise<void> {
    const page = await this.api.invoke(listInventory, { needsAttention: 'true', limit: rowsShown }).catch(() => null);
    if (page === null) return;
    this.found.set(page.items.map(rowOf));
    this.all.set(page.total);
    this.answered.set(true);
  }
}
