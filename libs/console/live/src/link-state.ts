/** How far what is on the screen can be trusted to be current. */
export type LinkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `missing`: how many events are still to come; 0 while that is not known. */
  | { readonly kind: 'catching_up'; readonly missing: number }
  /** `since`: milliseconds since 1970. */
  | { readonly kind: 'offline'; readonly since: number }
  | { readonly kind: 'signed_out' };
