/** A public ACME authority that needs no more than its name. */
export interface Authority {
  readonly title: string;
  readonly directoryUrl: string;
  /** Where one may try out; null: it has none. */
  readonly stagingDirectoryUrl: string | null;
  readonly termsUrl: string;
  /** Its accounts are bound to one that is made on its website (RFC 8555 §7.3.4). */
  readonly needsEab: boolean;
  readonly note: string;
}

const letsEncryptStaging = 'https://acme-staging-v02.api.letsencrypt.org/directory';

export const authorities: readonly Authority[] = [
  {
    title: $localize`Let’s Encrypt`,
    directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
    stagingDirectoryUrl: letsEncryptStaging,
    termsUrl: 'https://letsencrypt.org/repository/',
    needsEab: false,
    note: $localize`Trusted everywhere. Few tries an hour: check readiness first, which tries at its staging.`,
  },
  {
    title: $localize`Let’s Encrypt staging`,
    directoryUrl: letsEncryptStaging,
    stagingDirectoryUrl: null,
    termsUrl: 'https://letsencrypt.org/repository/',
    needsEab: false,
    note: $localize`For trying out: many tries, and certificates that nobody trusts.`,
  },
  {
    title: $localize`ZeroSSL`,
    directoryUrl: 'https://acme.zerossl.com/v2/DV90',
    stagingDirectoryUrl: null,
    termsUrl: 'https://zerossl.com/terms/',
    needsEab: true,
    note: $localize`Trusted everywhere. Its website hands out the key that binds the account.`,
  },
];

export const authorityOf = (directoryUrl: string): Authority | undefined =>
  authorities.find((authority) => authority.directoryUrl === directoryUrl.trim());
