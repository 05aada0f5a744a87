import type { NotificationEvent } from '@lockstep/contract';

/** What is told, in words that hold no secret. */
interface Words {
  /** What is in trouble, for example `certificate:5`. The same trouble is told once, then at most once a day. */
  readonly subjectKey: string;
  /** The connections it is about, for channels that care about some only. None: it concerns every channel. */
  readonly connectionIds?: readonly number[];
  /** A few words without a full stop. */
  readonly title: string;
  /** One sentence: what happened. */
  readonly text: string;
  /** A path in the console, for example `/certificates/5`. */
  readonly link?: string;
}

/** Something is wrong, or still is. */
export interface Announcement extends Words {
  readonly event: NotificationEvent;
  /** A person did it and saw how it went: only channels that asked for that are told. */
  readonly byPerson?: boolean;
}

/** It is over. Told to those channels only that were told of the trouble. */
export type Recovery = Words;
