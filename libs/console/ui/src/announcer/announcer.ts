import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Injectable, inject } from '@angular/core';

/** Tells assistive technology what changed: at most one polite sentence a second, failures at once. */
@Injectable({ providedIn: 'root' })
export class Announcer {
  private readonly announcer = inject(LiveAnnouncer);
  private waiting: string | undefined;
  private quietUntil = 0;

  /** The newest sentence wins when several come within one second. */
  say(sentence: string): void {
    const pause = this.quietUntil - Date.now();
    if (pause <= 0) return this.speak(sentence);
    const isScheduled = this.waiting !== undefined;
    this.waiting = sentence;
    if (!isScheduled) setTimeout(() => this.speak(this.waiting ?? sentence), pause);
  }

  alert(sentence: string): void {
    void this.announcer.announce(sentence, 'assertive');
  }

  private speak(sentence: string): void {
    this.waiting = undefined;
    this.quietUntil = Date.now() + 1_000;
    void this.announcer.announce(sentence, 'polite');
  }
}
