import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { Connection, Platform } from '@lockstep/contract';
import { AuthorizedKeyLine } from './authorized-key-line';

/** What is saved about a connection, and what the last test found out. */
@Component({
  selector: 'lockstep-connection-facts',
  imports: [AuthorizedKeyLine, RelativeTime, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="details-title">
      <div class="ls-card__head"><h2 id="details-title" i18n>Details</h2></div>
      <dl class="ls-facts ls-card__body">
        <dt i18n>Host</dt>
        <dd class="ls-mono">{{ connection().host }}</dd>
        <dt i18n>Port</dt>
        <dd class="ls-mono">{{ connection().port }}</dd>
        <dt i18n>User</dt>
        <dd class="ls-mono">{{ connection().username }}</dd>
        <dt i18n>Credential</dt>
        <dd>
          {{ credential() }}
          @if (connection().credential; as kept) {
            <span class="ls-muted ls-small" i18n>saved <lockstep-relative-time [at]="kept.updatedAt" /></span>
            @if (kept.kind === 'private_key') {
              <lockstep-authorized-key-line [connectionId]="connection().id" />
            }
          }
        </dd>
        <dt i18n>Platform</dt>
        <dd>{{ platform() }}</dd>
        @if (connection().jumpConnectionId; as jump) {
          <dt i18n>Jump host</dt>
          <dd>
            <a [routerLink]="['/connections', jump]" i18n>Connection {{ jump }}</a>
          </dd>
        }
        <dt i18n>Added</dt>
        <dd><lockstep-relative-time [at]="connection().createdAt" /></dd>
      </dl>
    </section>
  `,
})
export class ConnectionFacts {
  readonly connection = input.required<Connection>();

  protected readonly credential = computed(() => {
    switch (this.connection().credential?.kind) {
      case 'password':
        return $localize`Password`;
      case 'private_key':
        return $localize`Private key`;
      case undefined:
        return $localize`None`;
    }
  });
  protected readonly platform = computed(() => platformTitle(this.connection().platform));
}

export function platformTitle(platform: Platform): string {
  switch (platform) {
    case 'systemd':
      return $localize`Linux with systemd`;
    case 'cisco_vos':
      return $localize`Cisco VOS`;
    case 'custom':
      return $localize`Custom`;
  }
}
