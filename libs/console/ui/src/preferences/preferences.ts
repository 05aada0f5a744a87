import { DOCUMENT, Injectable, effect, inject, signal } from '@angular/core';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'compact' | 'comfortable';

/** How one likes the console to look. Kept in this browser; `public/appearance.js` applies it before the first paint. */
@Injectable({ providedIn: 'root' })
export class Preferences {
  private readonly document = inject(DOCUMENT);
  private readonly storage = this.document.defaultView?.localStorage;

  readonly theme = signal<Theme>(this.read('theme', ['system', 'light', 'dark']));
  readonly density = signal<Density>(this.read('density', ['compact', 'comfortable']));
  readonly rail = signal<'wide' | 'icons'>(this.read('rail', ['wide', 'icons']));
  readonly logTimes = signal<'on' | 'off'>(this.read('log-times', ['on', 'off']));
  readonly logWrap = signal<'on' | 'off'>(this.read('log-wrap', ['on', 'off']));

  constructor() {
    const root = this.document.documentElement;
    effect(() => {
      this.keep('theme', this.theme());
      root.dataset['theme'] = this.theme();
    });
    effect(() => {
      this.keep('density', this.density());
      root.dataset['density'] = this.density();
    });
    effect(() => this.keep('rail', this.rail()));
    effect(() => this.keep('log-times', this.logTimes()));
    effect(() => this.keep('log-wrap', this.logWrap()));
  }

  private read<Value extends string>(name: string, known: readonly [Value, ...Value[]]): Value {
    const kept = this.storage?.getItem(`lockstep.${name}`);
    return known.find((value) => value === kept) ?? known[0];
  }

  private keep(name: string, value: string): void {
    this.storage?.setItem(`lockstep.${name}`, value);
  }
}
