import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  signal,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Api, watchCertificates } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import { Clock, Icon, Spinner, StatusBadge } from '@lockstep/console-ui';
import { mostScannedAddresses } from '@lockstep/contract';
import { describeCertificate } from '../words/certificate-words';
import type { Scanned } from './scanned';

/** What a scan found. What is chosen, at first all, can be watched. */
@Component({
  selector: 'lockstep-scan-results',
  imports: [Icon, MatButton, Spinner, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './scan-results.html',
  styleUrl: './scan-results.scss',
})
export class ScanResults {
  private readonly api = inject(Api);
  private readonly clock = inject(Clock);
  private readonly actions = inject(OperationActions);
  readonly results = input.required<readonly Scanned[]>();
  readonly scanning = input(false);
  readonly watched = output<number>();
  protected readonly seen = computed(() => this.results().filter(({ leaf }) => leaf !== null));
  protected readonly notSeen = computed(() => this.results().filter(({ leaf }) => leaf === null));
  private readonly left = linkedSignal<readonly Scanned[], ReadonlySet<string>>({
    source: this.results,
    computation: (_, before) => before?.value ?? new Set(),
  });
  protected readonly chosen = computed(() => this.seen().filter(({ key }) => !this.left().has(key)));
  protected readonly isSaving = signal(false);

  protected state({ leaf }: Scanned): ReturnType<typeof describeCertificate> {
    return describeCertificate({ renewAt: null, status: 'valid', inUse: leaf }, this.clock.now());
  }

  protected isChosen({ key }: Scanned): boolean {
    return !this.left().has(key);
  }

  protected toggle({ key }: Scanned): void {
    const left = new Set(this.left());
    if (!left.delete(key)) left.add(key);
    this.left.set(left);
  }

  /** In portions that one request may hold. */
  protected async watch(): Promise<void> {
    this.isSaving.set(true);
    const chosen = this.chosen();
    await this.actions.attempt(async () => {
      for (let from = 0; from < chosen.length; from += mostScannedAddresses) {
        const places = chosen.slice(from, from + mostScannedAddresses).map(({ place }) => place);
        await this.api.invoke(watchCertificates, { body: { places } });
      }
      this.watched.emit(chosen.length);
    });
    this.isSaving.set(false);
  }
}
