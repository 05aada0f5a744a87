/** What to do with an event that has this position. */
export type Verdict = 'apply' | 'ignore' | 'gap';

/**
 * The position up to which a connection's room has been applied. Pure: it decides, others act.
 *
 * While a room is being joined or replayed, positions may skip (several missed updates of one operation come as its newest
 * alone). Once the replay has reached the position that the server named, they are without gaps, and a gap means loss.
 */
export class RoomCursor {
  private applied: number | null = null;
  private target: number | null = null;
  private isJoining = true;

  /** The position to resume after; null before the first snapshot. */
  get position(): number | null {
    return this.applied;
  }

  /** How many positions are still to come; null while the server has not said. */
  get missing(): number | null {
    if (this.isJoining) return null;
    return this.target === null ? 0 : Math.max(0, this.target - (this.applied ?? 0));
  }

  /** The link was lost or a gap was seen: what comes next comes by way of a new subscription. */
  beginJoin(): void {
    this.isJoining = true;
  }

  /** The server acknowledged at this position. `reset`: what was known before is void. */
  joined(position: number, reset: boolean): void {
    this.isJoining = false;
    if (reset || this.applied === null) {
      this.applied = Math.max(position, reset ? 0 : (this.applied ?? 0));
      this.target = null;
      return;
    }
    this.target = position > this.applied ? position : null;
  }

  /** Decides about one event and moves on if it is to be applied. */
  receive(position: number): Verdict {
    if (this.applied === null) return 'apply';
    if (position <= this.applied) return 'ignore';
    const isReplaying = this.isJoining || this.target !== null;
    if (!isReplaying && position !== this.applied + 1) return 'gap';
    this.applied = position;
    if (this.target !== null && position >= this.target) this.target = null;
    return 'apply';
  }
}
