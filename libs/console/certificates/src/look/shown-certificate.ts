import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock, Icon, StatusBadge } from '@lockstep/console-ui';
import { CopyButton, RelativeTime } from '@lockstep/console-ui/overlays';
import type { DiscoverAnswer } from '@lockstep/contract';
import { describeCertificate } from '../words/certificate-words';
import { formatDate } from '../words/format-date';

/** What a TLS port shows: the leaf, what a client would object to, and the chain. */
@Component({
  selector: 'lockstep-shown-certificate',
  imports: [CopyButton, Icon, RelativeTime, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './shown-certificate.html',
  styleUrl: './shown-certificate.scss',
})
export class ShownCertificate {
  private readonly clock = inject(Clock);
  protected readonly formatDate = formatDate;
  readonly answer = input.required<DiscoverAnswer>();
  protected readonly state = computed(() =>
    describeCertificate({ renewAt: null, status: 'valid', inUse: this.answer().leaf }, this.clock.now()),
  );
}
