import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { OperationsStore } from '@lockstep/console-operations';
import { Clock, StatusBadge } from '@lockstep/console-ui';
import type { Certificate } from '@lockstep/contract';
import { renewalOf } from '../renew/renewal-of';
import { describeCertificate, type CertificateState } from './certificate-words';

/** How far its renewal is while one runs, else how long a certificate still lasts: icon, words and colour. */
@Component({
  selector: 'lockstep-certificate-badge',
  imports: [StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<lockstep-status-badge
    [tone]="state().tone"
    [icon]="state().icon"
    [word]="state().word"
    [plain]="plain()"
  />`,
  styles: `
    :host {
      display: inline-flex;
      min-width: 0;
    }
  `,
})
export class CertificateBadge {
  private readonly clock = inject(Clock);
  private readonly store = inject(OperationsStore);
  readonly certificate = input.required<Certificate>();
  readonly plain = input(false);
  private readonly running = computed(() => renewalOf(this.store, this.certificate()));
  protected readonly state = computed((): CertificateState => {
    const running = this.running();
    return running === undefined
      ? describeCertificate(this.certificate(), this.clock.now())
      : { tone: 'running', icon: 'refresh', word: $localize`Renewing, ${running.progress}:PERCENT: %` };
  });
}
