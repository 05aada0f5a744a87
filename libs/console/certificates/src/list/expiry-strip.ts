import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Clock } from '@lockstep/console-ui';
import { describeCertificate } from '../words/certificate-words';
import { layOut, type Expiring, type ExpiryMark } from './expiry-marks';

/**
 * When what is listed expires, on one line from now on. The words above it say the same to those who do not see it; the
 * dots are a way to point, and the table below has the same links for the keyboard.
 */
@Component({
  selector: 'lockstep-expiry-strip',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './expiry-strip.html',
  styleUrl: './expiry-strip.scss',
})
export class ExpiryStripView {
  private readonly clock = inject(Clock);
  readonly certificates = input.required<readonly Expiring[]>();
  /** All that match, also those that are not loaded yet. */
  readonly total = input.required<number>();
  /** To the minute: a strip that is laid out every second would be work for nothing. */
  private readonly minute = computed(() => Math.floor(this.clock.now() / 60_000) * 60_000);
  protected readonly strip = computed(() => layOut(this.certificates(), this.minute()));
  protected readonly hasExpired = computed(() => this.strip().expired.marks.length > 0);
  protected readonly expired = computed(() => this.strip().expired.marks.length + this.strip().expired.more);

  protected title({ of: { name, renewAt, notAfter } }: ExpiryMark): string {
    const inUse = notAfter === null ? null : { notAfter };
    return `${name}: ${describeCertificate({ renewAt, status: 'valid', inUse }, this.minute()).word}`;
  }
}
