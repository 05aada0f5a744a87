const dayMs = 86_400_000;

/** The one row about the check of what is served. */
export interface CheckRow {
  /** Of the day in UTC, which has no day of 23 or 25 hours. */
  readonly secondOfDay: number;
  readonly madeAt: Date;
  readonly requestedAt: Date | null;
  readonly begunAt: Date | null;
  readonly claimedUntil: Date | null;
  readonly endedAt: Date | null;
}

/** The newest moment up to `now` at which a check was planned. */
export function newestSlot({ secondOfDay }: Pick<CheckRow, 'secondOfDay'>, now: Date): Date {
  const offset = secondOfDay * 1_000;
  return new Date(Math.floor((now.getTime() - offset) / dayMs) * dayMs + offset);
}

export const isRunning = ({ claimedUntil }: Pick<CheckRow, 'claimedUntil'>, now: Date): boolean =>
  claimedUntil !== null && claimedUntil > now;

/**
 * Whether somebody is to begin one: the day's has not been begun, one was asked for, or who began it is gone. However many
 * days were missed, it is one.
 */
export function isWanted(row: CheckRow, now: Date): boolean {
  if (isRunning(row, now)) return false;
  const { begunAt, endedAt, requestedAt } = row;
  if (begunAt === null || endedAt === null || endedAt < begunAt) return true;
  return begunAt < newestSlot(row, now) || (requestedAt !== null && begunAt < requestedAt);
}

/** When the next one is planned; not in the future while one is wanted. */
export const nextCheck = (row: CheckRow, now: Date): Date => {
  const slot = newestSlot(row, now);
  return isWanted(row, now) ? slot : new Date(slot.getTime() + dayMs);
};
