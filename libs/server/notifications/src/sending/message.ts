import type { NotificationEvent } from '@lockstep/contract';

/** What one channel is told, before it is put into the form of its kind. */
export interface Message {
  /** The same at every attempt, so that a receiver can tell a repetition. */
  readonly id: string;
  readonly at: Date;
  readonly event: NotificationEvent | 'test';
  /** The trouble is over. */
  readonly recovered: boolean;
  readonly title: string;
  readonly text: string;
  readonly host: string | null;
  /** A whole address. */
  readonly link: string | null;
  /** When the trouble began. */
  readonly since: Date;
  /** Repetitions that were not told. */
  readonly keptQuiet: number;
}

/** A host between two states does not wait until somebody has time. */
export const isLoud = ({ event, recovered }: Message): boolean => event === 'effect_partial' && !recovered;

export const headline = ({ title, recovered }: Message): string => (recovered ? `Recovered: ${title}` : title);

/** Below the headline: what happened, where, since when. Without the link. */
export function linesOf(message: Message): string[] {
  const { text, host, recovered, keptQuiet } = message;
  return [
    text,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...(recovered || keptQuiet > 0 ? [sinceLine(message)] : []),
  ];
}

function sinceLine({ since, keptQuiet }: Message): string {
  const began = `It began ${since.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (keptQuiet === 0) return `${began}.`;
  return `${began}; ${keptQuiet === 1 ? 'one repetition was' : `${String(keptQuiet)} repetitions were`} not told.`;
}
