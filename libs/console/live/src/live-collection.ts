import { signal, type Signal } from '@angular/core';

export interface LiveCollectionOptions<Key, Item> {
  readonly key: (item: Item) => Key;
  /** Grows with each change of an item; what is not newer than what is known is dropped. */
  readonly version: (item: Item) => number;
  /** Runs the given function before the next picture is drawn. */
  readonly schedule?: (flush: () => void) => void;
}

/** Snapshot + stream → one signal. However many changes come, there is one new value for each picture that is drawn. */
export class LiveCollection<Key, Item> {
  private readonly working = new Map<Key, Item>();
  private readonly shown = signal<ReadonlyMap<Key, Item>>(new Map());
  private readonly schedule: (flush: () => void) => void;
  private isScheduled = false;

  readonly items: Signal<ReadonlyMap<Key, Item>> = this.shown.asReadonly();

  constructor(private readonly options: LiveCollectionOptions<Key, Item>) {
    this.schedule = options.schedule ?? beforeNextPicture;
  }

  /** Takes a new or changed item. False when it was known already, or is older than what is known. */
  put(item: Item): boolean {
    const key = this.options.key(item);
    const known = this.working.get(key);
    if (known !== undefined && this.options.version(known) >= this.options.version(item)) return false;
    this.working.set(key, item);
    this.publishSoon();
    return true;
  }

  putAll(items: readonly Item[]): void {
    for (const item of items) this.put(item);
  }

  /** The newest known state, also when it is not on the screen yet. */
  get(key: Key): Item | undefined {
    return this.working.get(key);
  }

  values(): readonly Item[] {
    return [...this.working.values()];
  }

  removeWhere(isGone: (item: Item) => boolean): void {
    for (const [key, item] of this.working) if (isGone(item)) this.working.delete(key);
    this.publishSoon();
  }

  private publishSoon(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.schedule(() => {
      this.isScheduled = false;
      this.shown.set(new Map(this.working));
    });
  }
}

/** A hidden page draws no pictures, but its title still counts: there a timer takes the frame's place. */
function beforeNextPicture(flush: () => void): void {
  if (document.visibilityState === 'visible') requestAnimationFrame(flush);
  else setTimeout(flush, 100);
}
