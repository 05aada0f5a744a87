import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Router } from '@angular/router';
import type { SavedNotificationChannel } from '@lockstep/contract';
import { NewSecret } from '../new-secret';
import { ChannelForm } from './channel-form';

/** The form to make a channel; what it makes is tried on its own page. */
@Component({
  selector: 'lockstep-new-channel-page',
  imports: [ChannelForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="ls-card" aria-labelledby="new-channel-title">
      <div class="ls-card__head"><h2 id="new-channel-title" i18n>Add channel</h2></div>
      <div class="ls-card__body">
        <lockstep-channel-form (saved)="open($event)" (cancelled)="leave()" />
      </div>
    </section>
  `,
  styles: `
    section {
      max-width: 720px;
    }
  `,
})
export class NewChannelPage {
  private readonly router = inject(Router);
  private readonly newSecret = inject(NewSecret);

  protected open({ id, newSecret }: SavedNotificationChannel): void {
    this.newSecret.carry(id, newSecret);
    void this.router.navigate(['/settings/notifications', id]);
  }

  protected leave(): void {
    void this.router.navigate(['/settings/notifications']);
  }
}
