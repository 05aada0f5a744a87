/** What the operator of the process decides about certificates. */
export interface CertificatesOptions {
  /** Where the programs are that change DNS; none may be run unless told. Absolute. */
  readonly dnsHooksFolder?: string | undefined;
  /** A further port, as a rule 80, that answers HTTP-01 challenges and nothing else. */
  readonly challengeListener?: { readonly host: string; readonly port: number } | undefined;
  /** Called by GET after each daily check. It may hold a secret. */
  readonly heartbeatUrl?: string | undefined;
}

export const CERTIFICATES_OPTIONS = Symbol('CertificatesOptions');
