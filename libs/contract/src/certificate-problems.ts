/** What a careful client would object to in a certificate or in the chain that is sent with it. */
import * as z from 'zod';

export const CertificateProblem = z
  .object({
    code: z.enum([
      'expired',
      'not_yet_valid',
      'name_mismatch',
      'incomplete_chain',
      'unknown_authority',
      'chain_out_of_order',
      'weak_key',
      'weak_signature',
    ]),
    message: z.string(),
  })
  .meta({ id: 'CertificateProblem' });
export type CertificateProblem = z.infer<typeof CertificateProblem>;
