import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock, StatusBadge } from '@lockstep/console-ui';
import type { InventoryItem } from '@lockstep/contract';
import { describeFound } from '../found/found-words';
import { CertificateBadge } from './certificate-badge';

/** Why a line of the inventory is where it is: icon, words and colour, managed or found alike. */
@Component({
  selector: 'lockstep-inventory-badge',
  imports: [CertificateBadge, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (item(); as item) {
      @if (item.origin !== 'found') {
        <lockstep-certificate-badge [certificate]="item.certificate" [plain]="true" />
      }
    }
    @if (found(); as state) {
      <lockstep-status-badge [tone]="state.tone" [icon]="state.icon" [word]="state.word" [plain]="true" />
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      min-width: 0;
    }
  `,
})
export class InventoryBadge {
  private readonly clock = inject(Clock);
  readonly item = input.required<InventoryItem>();
  protected readonly found = computed(() => {
    const item = this.item();
    return item.origin === 'found' ? describeFound(item.found, this.clock.now()) : null;
  });
}
