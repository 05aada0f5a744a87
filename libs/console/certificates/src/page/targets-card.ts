import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { EmptyState, StatusBadge } from '@lockstep/console-ui';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { Certificate, CertificateVersion } from '@lockstep/contract';
import { reloadWords } from '../words/certificate-words';
import { ServedNow } from './served-now';

/** Where a certificate is put, what was verified there last, and on wish what is served now. */
@Component({
  selector: 'lockstep-targets-card',
  imports: [EmptyState, MatButton, RelativeTime, RouterLink, ServedNow, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './targets-card.html',
  styleUrl: './targets-card.scss',
})
export class TargetsCard {
  readonly certificate = input.required<Certificate>();
  readonly versions = input.required<readonly CertificateVersion[]>();
  readonly mayManage = input(false);
  protected readonly reloadWords = reloadWords;
}
