import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, acceptHostKey, getHostKeys, refuseHostKey } from '@lockstep/console-api';
import { readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { HostKey, HostKeys } from '@lockstep/contract';

/** The host keys of one connection. Provided by the page that shows them. */
@Injectable()
export class HostKeyStore {
  private readonly api = inject(Api);
  private readonly keys = signal<HostKeys | null>(null);
  private readonly failure = signal<ReadableProblem | null>(null);
  private connectionId = 0;

  readonly pending = computed<readonly HostKey[]>(() => this.keys()?.pending ?? []);
  readonly accepted = computed<readonly HostKey[]>(() => this.keys()?.accepted ?? []);
  readonly isLoaded = computed(() => this.keys() !== null);
  readonly problem = this.failure.asReadonly();
  /** A key other than the approved one was offered: loud. */
  readonly isChanged = computed(() => this.pending().length > 0 && this.accepted().length > 0);

  async load(connectionId: number): Promise<void> {
    if (connectionId !== this.connectionId) this.keys.set(null);
    this.connectionId = connectionId;
    await this.attempt(async () => {
      const keys = await this.api.invoke(getHostKeys, { id: connectionId });
      if (connectionId === this.connectionId) this.keys.set(keys);
    });
  }

  /** True when it was approved. */
  async accept(fingerprint: string): Promise<boolean> {
    return await this.attempt(async () =>
      this.keys.set(await this.api.invoke(acceptHostKey, { id: this.connectionId, body: { fingerprint } })),
    );
  }

  async refuse(fingerprint: string): Promise<boolean> {
    return await this.attempt(async () =>
      this.keys.set(await this.api.invoke(refuseHostKey, { id: this.connectionId, body: { fingerprint } })),
    );
  }

  private async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.failure.set(null);
      return true;
    } catch (error) {
      this.failure.set(readProblem(error));
      return false;
    }
  }
}
