import type { SecretBox } from '@lockstep/server-secrets';

/** Token of the {@link AccessOptions} that this process runs with. */
export const ACCESS_OPTIONS = Symbol('ACCESS_OPTIONS');

/** What the environment says about access. */
export interface AccessOptions {
  readonly secretBox: SecretBox;
  /** Origins that may use the refresh cookie beside the server's own, from CONSOLE_ORIGIN. For example `https://ops.example`. */
  readonly allowedOrigins: readonly string[];
  /** The first administrator, made unattended at the first start; from LOCKSTEP_ADMIN_USERNAME and _PASSWORD. */
  readonly administrator?: { readonly username: string; readonly password: string } | undefined;
}
