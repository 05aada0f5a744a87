import { ChangeDetectionStrategy, Component, computed, inject, model, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Api, listConnections, listTags } from '@lockstep/console-api';
import {
  notificationEvents,
  type Connection,
  type NotificationChannelInput,
  type NotificationEvent,
} from '@lockstep/contract';
import { Subject, debounceTime, startWith, switchMap } from 'rxjs';
import { eventSentence, eventTitle } from '../words/channel-words';

/** What a channel cares about. */
export type ChannelInterests = Required<
  Pick<NotificationChannelInput, 'events' | 'byPersonsToo' | 'connectionIds' | 'tags'>
>;

export const allInterests: ChannelInterests = {
  events: [...notificationEvents],
  byPersonsToo: false,
  connectionIds: [],
  tags: [],
};

/** Chooses events, and hosts by tag or one by one. Nothing chosen of hosts: all of them. */
@Component({
  selector: 'lockstep-interests',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './interests.html',
  styleUrl: './interests.scss',
})
export class Interests {
  private readonly api = inject(Api);
  readonly interests = model.required<ChannelInterests>();
  protected readonly events = notificationEvents;
  protected readonly eventTitle = eventTitle;
  protected readonly eventSentence = eventSentence;
  /** Once one has asked for some hosts only, or some were chosen before. */
  protected readonly isChoosing = signal(false);
  protected readonly isSome = computed(
    () => this.isChoosing() || this.interests().tags.length + this.interests().connectionIds.length > 0,
  );
  private readonly known = signal<readonly string[]>([]);
  /** Tags in use, and chosen ones that no connection bears at present. */
  protected readonly tags = computed(() => [...new Set([...this.known(), ...this.interests().tags])].sort());
  protected readonly found = signal<readonly Connection[]>([]);
  private readonly typed = new Subject<string>();

  constructor() {
    void this.loadTags();
    this.typed
      .pipe(
        debounceTime(200),
        startWith(''),
        switchMap((text) => this.find(text)),
        takeUntilDestroyed(),
      )
      .subscribe((connections) => this.found.set(connections));
  }

  protected type(text: string): void {
    this.typed.next(text.trim());
  }

  protected toggleEvent(event: NotificationEvent): void {
    this.interests.update((interests) => ({ ...interests, events: toggled(interests.events, event) }));
  }

  protected togglePersons(): void {
    this.interests.update((interests) => ({ ...interests, byPersonsToo: !interests.byPersonsToo }));
  }

  protected toggleTag(tag: string): void {
    this.interests.update((interests) => ({ ...interests, tags: toggled(interests.tags, tag) }));
  }

  protected toggleConnection(id: number): void {
    this.interests.update((interests) => ({ ...interests, connectionIds: toggled(interests.connectionIds, id) }));
  }

  protected chooseAll(): void {
    this.isChoosing.set(false);
    this.interests.update((interests) => ({ ...interests, tags: [], connectionIds: [] }));
  }

  private async loadTags(): Promise<void> {
    const { items } = await this.api.invoke(listTags).catch(() => ({ items: [] }));
    this.known.set(items.map(({ tag }) => tag));
  }

  private async find(search: string): Promise<readonly Connection[]> {
    const which = { limit: 50, ...(search === '' ? {} : { search }) };
    const { items } = await this.api.invoke(listConnections, which).catch(() => ({ items: [] }));
    return items;
  }
}

const toggled = <Value>(values: readonly Value[], value: Value): Value[] =>
  values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
