import type { AcmeIssuerSettings } from '@lockstep/contract';
import type { IssuerEntity } from '../model/issuer.entity.js';

/** An issuer that is an ACME authority. */
export type AcmeIssuerEntity = IssuerEntity & { readonly acme: AcmeIssuerSettings };

export const isAcmeIssuer = (issuer: IssuerEntity | undefined | null): issuer is AcmeIssuerEntity =>
  issuer?.acme != null;
