import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Session } from '@lockstep/console-access';
import { ConnectionRooms, type LinkState } from '@lockstep/console-live';
import { Icon, Spinner, formatClock } from '@lockstep/console-ui';

interface LinkWords {
  readonly look: 'live' | 'busy' | 'offline';
  readonly word: string;
  readonly explanation: string;
}

/** How far what is on the screen can be trusted to be current. */
@Component({
  selector: 'lockstep-link-chip',
  imports: [Icon, MatTooltip, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'status', '[class]': 'words().look' },
  template: `
    <span class="chip" [matTooltip]="words().explanation">
      @switch (words().look) {
        @case ('live') {
          <span class="dot" aria-hidden="true"></span>
        }
        @case ('busy') {
          <lockstep-spinner [size]="13" />
        }
        @case ('offline') {
          <lockstep-icon name="offline" [size]="15" />
        }
      }
      <span class="word">{{ words().word }}</span>
    </span>
  `,
  styles: `
    .chip {
      display: inline-flex;
      align-items: center;
      gap: 7px;
      height: 28px;
      padding: 0 10px;
      border-radius: 14px;
      color: var(--ls-ink-2);
      font-size: 12.5px;
      font-weight: 500;
      white-space: nowrap;
    }
    .dot {
      width: 8px;
      height: 8px;
      border-radius: 50%;
      background: var(--ls-completed);
      box-shadow: 0 0 0 3px color-mix(in srgb, var(--ls-completed) 18%, transparent);
    }
    :host(.busy) .chip {
      background: var(--ls-running-wash);
      color: var(--ls-running);
    }
    :host(.offline) .chip {
      background: var(--ls-waiting-wash);
      color: var(--ls-waiting);
    }
    /* On a phone the mark alone: the page says the rest below when it is not live. */
    @media (width < 480px) {
      .word {
        position: absolute;
        width: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
    }
  `,
})
export class LinkChip {
  private readonly rooms = inject(ConnectionRooms);
  private readonly session = inject(Session);

  protected readonly words = computed<LinkWords>(() => {
    // Without a token there is no socket; the way back is the same as when the server refused it.
    const link: LinkState = this.session.state() === 'expired' ? { kind: 'signed_out' } : this.rooms.link();
    switch (link.kind) {
      case 'live':
        return { look: 'live', word: $localize`Live`, explanation: $localize`Changes appear here as they happen.` };
      case 'catching_up':
        return {
          look: 'busy',
          word: link.missing > 0 ? $localize`Catching up (${link.missing}:COUNT:)` : $localize`Catching up`,
          explanation: $localize`What happened while the link was away is being sent again.`,
        };
      case 'offline':
        return {
          look: 'offline',
          word: $localize`Offline since ${formatClock(link.since)}:TIME:, retrying`,
          explanation: $localize`What you see is as old as that. It is tried again by itself.`,
        };
      case 'signed_out':
        return { look: 'offline', word: $localize`Sign in again`, explanation: $localize`Your session has ended.` };
      case 'idle':
      case 'connecting':
        return { look: 'busy', word: $localize`Connecting`, explanation: $localize`The live link is being made.` };
    }
  });
}
