/** Small schemas that several others are made of. */
import * as z from 'zod';

/** A time in ISO 8601, UTC, with milliseconds. */
export const Timestamp = z.iso.datetime().describe('ISO 8601, UTC');

/** A connection's id: a positive 32-bit integer. */
export const ConnectionId = z.number().int().positive().max(2_147_483_647);
export const UserId = z.number().int().positive().max(2_147_483_647);

/** An operation's id: UUID version 7 (RFC 9562 §5.7), so ids sort by the time of acceptance. */
export const OperationId = z.uuid();

/** A number in a path or query, where everything is text. */
export const numberInText = (schema: z.ZodNumber) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(schema);

/** Tags are lower-case words, so that grants cannot be dodged by case. */
export const Tag = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[a-z0-9][a-z0-9._:-]*$/, 'lower-case letters, digits and . _ : - only');

/** SHA-256 fingerprint of a host key, as `ssh-keygen -lf` prints it (RFC 4648 §4 base64 without padding). */
export const Fingerprint = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must look like SHA256:…');

/** One page of a keyset-paged list. `total` counts all matches. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.number().int() });

/** Where the next page begins: the `nextCursor` of the page before. Opaque. */
export const Cursor = z.string().min(1).max(500);

/** A page's size, 1 to 500. */
export const limitInText = (fallback: number) =>
  numberInText(z.number().int().min(1).max(500))
    .optional()
    .transform((value) => value ?? fallback);
