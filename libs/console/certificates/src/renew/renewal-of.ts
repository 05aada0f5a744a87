import type { OperationsStore } from '@lockstep/console-operations';
import type { Certificate, Operation } from '@lockstep/contract';

/** The renewal that runs, if one does. It belongs to the connection of the first target. Reads a signal. */
export function renewalOf(
  store: OperationsStore,
  { id, targets }: Pick<Certificate, 'id' | 'targets'>,
): Operation | undefined {
  const [first] = targets;
  return first === undefined ? undefined : store.activeOf(first.connectionId, 'certificate_renewal', String(id));
}

/** The certificate that an operation renews; undefined for operations of other types. */
export const renewedBy = ({ type, target }: Operation): number | undefined =>
  type === 'certificate_renewal' ? Number(target) : undefined;
