/** A message that did not arrive, as far as is known here. `message` is a sentence for people, without a secret. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure';

  constructor(
    message: string,
    /** Seconds for which the other side wants to hear nothing (RFC 9110 §10.2.3). */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}
