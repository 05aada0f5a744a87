import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { EmptyState, Icon, Spinner } from '@lockstep/console-ui';
import { RelativeTime, SearchField } from '@lockstep/console-ui/overlays';
import { HostServices } from '../host/host-services';
import { LookFailure } from '../host/look-failure';
import { PinButton } from '../host/pin-button';
import { RestartButton } from '../restart/restart-button';
import { fits } from '../words/service-words';
import { ServiceBadge } from '../words/service-badge';

/** Rows that the card shows before it leads to the whole list. */
const mostRows = 8;

/** The services of a host on its cockpit: pinned ones first, live, each with its restart. */
@Component({
  selector: 'lockstep-services-card',
  imports: [
    EmptyState,
    Icon,
    LookFailure,
    MatButton,
    MatIconButton,
    PinButton,
    RelativeTime,
    RestartButton,
    RouterLink,
    SearchField,
    ServiceBadge,
    Spinner,
  ],
  providers: [HostServices],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './services-card.html',
  styleUrl: './services-card.scss',
})
export class ServicesCard {
  protected readonly host = inject(HostServices);
  readonly connectionId = input.required<number>();
  readonly connectionName = input.required<string>();
  /** Whether the newest test got through. Only then is the host asked by itself: opening a page must not try a login that may be refused. */
  readonly isReachable = input.required<boolean>();

  protected readonly search = signal('');
  protected readonly skeletonLines = [0, 1, 2, 3];
  private readonly matches = computed(() => this.host.items().filter((service) => fits(service, this.search())));
  /** While one searches, all of what fits; else the first ones, and every pinned one. */
  protected readonly rows = computed(() => {
    if (this.search() !== '') return this.matches().slice(0, 50);
    const pinned = this.matches().filter((service) => service.pinned).length;
    return this.matches().slice(0, Math.max(mostRows, pinned));
  });

  constructor() {
    effect(() => {
      const id = this.connectionId();
      untracked(() => void (this.isReachable() ? this.host.open(id) : this.host.openKnown(id)));
    });
  }
}
