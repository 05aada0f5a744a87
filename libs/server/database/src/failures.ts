import { QueryFailedError } from 'typeorm';

/** SQLSTATE classes that say: Postgres cannot be reached, is going down or ended the session (appendix A of its manual). */
const unavailable = /^(08...|57P0[123]|53300|25P03)$/;
const refused = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT']);
const lost =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|not queryable/i;

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** Whether the statement failed because there was no database to run it, so that trying later may help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const code = codeOf(cause);
  if (code !== undefined && unavailable.test(code)) return true;
  if (code !== undefined && refused.has(code)) {
    // A name with several addresses that all refuse is told as an AggregateError, without a system call of its own.
    return 'syscall' in error || error instanceof QueryFailedError || error instanceof AggregateError;
  }
  return lost.test(error.message);
}

/** The SQLSTATE of a failed statement, for example 23505 for a duplicate. */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof QueryFailedError ? codeOf(error.driverError) : undefined;
