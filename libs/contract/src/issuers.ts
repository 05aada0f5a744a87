/** Who signs certificates. */
import * as z from 'zod';
import { AcmeIssuer, AcmeIssuerChange, AcmeIssuerInput } from './acme.js';
import { IssuerId } from './certificates.js';
import { Timestamp } from './primitives.js';

export const IssuerKind = z.enum(['internal', 'acme', 'manual']).meta({ id: 'IssuerKind' });
export type IssuerKind = z.infer<typeof IssuerKind>;

/** A DNS name; names below it are meant too (RFC 5280 §4.2.1.10). */
const PermittedName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/, 'must be a host name or a domain')
  .transform((name) => name.toLowerCase());

/** An authority of Lockstep's own: its root and issuing key are made on first use. */
export const InternalIssuerSettings = z
  .object({
    lifetimeDays: z.number().int().describe('How long what it signs is valid.'),
    permittedNames: z
      .array(z.string())
      .describe('The only names, with those below them, that it signs for. Empty: any. Fixed once its root is made.'),
  })
  .meta({ id: 'InternalIssuerSettings' });
export type InternalIssuerSettings = z.infer<typeof InternalIssuerSettings>;
const LifetimeDays = z.number().int().min(1).max(397);
const PermittedNames = z.array(PermittedName).max(50);
export const InternalIssuerInput = z
  .strictObject({ lifetimeDays: LifetimeDays.default(30), permittedNames: PermittedNames.default([]) })
  .meta({ id: 'InternalIssuerInput' });

const IssuerName = z.string().trim().min(1).max(100);

export const IssuerInput = z
  .discriminatedUnion('kind', [
    z.strictObject({ name: IssuerName, kind: z.literal('internal'), internal: InternalIssuerInput.prefault({}) }),
    z.strictObject({ name: IssuerName, kind: z.literal('acme'), acme: AcmeIssuerInput }),
    z.strictObject({ name: IssuerName, kind: z.literal('manual') }),
  ])
  .meta({ id: 'IssuerInput' });
export type IssuerInput = z.input<typeof IssuerInput>;

export const IssuerChange = z
  .strictObject({
    name: IssuerName.optional(),
    internal: z.strictObject({ lifetimeDays: LifetimeDays, permittedNames: PermittedNames }).partial().optional(),
    acme: AcmeIssuerChange.optional(),
  })
  .meta({ id: 'IssuerChange' });
export type IssuerChange = z.infer<typeof IssuerChange>;

export const Issuer = z
  .object({
    id: IssuerId,
    name: z.string(),
    kind: IssuerKind,
    internal: InternalIssuerSettings.nullable(),
    acme: AcmeIssuer.nullable(),
    builtIn: z.boolean().describe('There from the start; it cannot be removed.'),
    certificates: z.number().int().describe('How many certificates name it.'),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Issuer' });
export type Issuer = z.infer<typeof Issuer>;
