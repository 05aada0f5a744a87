import type { HostKeyState } from '@lockstep/contract';
import type { EntityManager } from 'typeorm';

interface Row {
  readonly id: number;
  readonly accepted: boolean;
  readonly waiting: boolean;
}

/** How it stands with the host keys of each connection; those without any are left out, and `unknown`. */
export async function hostKeyStates(
  manager: EntityManager,
  ids: readonly number[],
): Promise<Map<number, HostKeyState>> {
  if (ids.length === 0) return new Map();
  const rows: Row[] = await manager.query(
    `SELECT connection_id AS id, bool_or(accepted_at IS NOT NULL) AS accepted, bool_or(accepted_at IS NULL) AS waiting
     FROM host_keys WHERE connection_id = ANY($1) GROUP BY connection_id`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, stateOf(row)]));
}

/** Why no operation would get past the host key; undefined where one is approved. */
export function whyKeyRefuses(state: HostKeyState): string | undefined {
  switch (state) {
    case 'accepted':
      return undefined;
    case 'pending':
      return 'Its host key waits for approval.';
    case 'changed':
      return 'Its host key has changed, and waits for a decision.';
    case 'unknown':
      return 'It has not been reached yet: test it, and approve its host key.';
  }
}

function stateOf({ accepted, waiting }: Row): HostKeyState {
  if (accepted) return waiting ? 'changed' : 'accepted';
  return 'pending';
}
