import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock, StatusBadge } from '@lockstep/console-ui';
import type { Certificate } from '@lockstep/contract';
import { describeCertificate } from './certificate-words';

/** How long a certificate still lasts: icon, words and colour. */
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
  readonly certificate = input.required<Certificate>();
  readonly plain = input(false);
  protected readonly state = computed(() => describeCertificate(this.certificate(), this.clock.now()));
}
