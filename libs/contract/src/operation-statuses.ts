/** The status words. Free of zod, so that the console's first page needs no validator. */
export const operationStatuses = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type OperationStatus = (typeof operationStatuses)[number];

/** The statuses that hold the slot. */
export const activeStatuses = ['pending', 'in_progress'] as const satisfies readonly OperationStatus[];
export const isActive = (status: OperationStatus): boolean => status === 'pending' || status === 'in_progress';
