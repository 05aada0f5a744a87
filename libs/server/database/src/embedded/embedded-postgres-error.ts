/** The embedded Postgres cannot run here; the message says why and what to do, and is meant for the person who starts Lockstep. */
export class EmbeddedPostgresError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`The embedded Postgres cannot be used: ${reason}`, options);
    this.name = 'EmbeddedPostgresError';
  }
}
