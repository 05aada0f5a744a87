import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, checkCertificates, getCertificateCheck } from '@lockstep/console-api';
import type { CertificateCheck } from '@lockstep/contract';

/** When what is served was looked at last, and whether anybody looks at all. Provided by whoever shows it. */
@Injectable()
export class CertificateCheckStatus {
  private readonly api = inject(Api);
  private readonly known = signal<CertificateCheck | null>(null);

  /** Null until it is known. */
  readonly check = this.known.asReadonly();
  readonly isWatched = computed(() => this.known() === null || !(this.isOverdue() || this.isStalled()));
  readonly isOverdue = computed(() => this.known()?.overdue === true);
  readonly isStalled = computed(() => this.known()?.renewalsStalled === true);

  /** What cannot be read stays unknown: the page around it tells why. */
  async load(): Promise<void> {
    this.known.set(await this.api.invoke(getCertificateCheck, {}).catch(() => null));
  }

  /** Has everything looked at now. Each answer is waited for by the server, so there is no timer here. */
  async checkNow(): Promise<void> {
    do this.known.set(await this.api.invoke(checkCertificates, {}));
    while (this.known()?.running === true);
  }
}
