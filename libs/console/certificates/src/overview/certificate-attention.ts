import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, listCertificates } from '@lockstep/console-api';
import { OneRead } from '@lockstep/console-ui';
import type { Certificate } from '@lockstep/contract';

/** How many the overview shows before the rest is a link. */
const rowsShown = 8;

/** The certificates that need somebody: expired or due, who expires first on top. Provided by the overview. */
@Injectable()
export class CertificateAttention {
  private readonly api = inject(Api);
  private readonly found = signal<readonly Certificate[]>([]);
  private readonly all = signal(0);
  private readonly answered = signal(false);
  private readonly reading = new OneRead(() => this.read());

  readonly certificates = this.found.asReadonly();
  /** How many there are, also those not shown. */
  readonly total = this.all.asReadonly();
  readonly isCalm = computed(() => this.answered() && this.all() === 0);
  readonly more = computed(() => this.all() - this.found().length);

  async load(): Promise<void> {
    await this.reading.again();
  }

  /** What cannot be read is left out: the certificates' own page tells why. */
  private async read(): Promise<void> {
    const pages = await Promise.all(
      (['expired', 'due'] as const).map((status) => this.api.invoke(listCertificates, { status, limit: rowsShown })),
    ).catch(() => null);
    if (pages === null) return;
    this.found.set(pages.flatMap(({ items }) => items).slice(0, rowsShown));
    this.all.set(pages.reduce((sum, { total }) => sum + total, 0));
    this.answered.set(true);
  }
}
