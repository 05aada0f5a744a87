/** Codes of requests that were not carried out. Free of zod, so that the console can tell a problem before it validates anything. */

/** A request that was not carried out. `status` is the HTTP status (RFC 9110 §15). */
export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  readonly advice: string;
}

export const problemCatalogue = {
  VALIDATION_FAILED: {
    status: 400,
    title: 'The request is not valid',
    advice: 'Correct the fields named in "errors".',
  },
  AUTHENTICATION_REQUIRED: { status: 401, title: 'Authentication required', advice: 'Sign in, or send a valid token.' },
  CREDENTIALS_REFUSED: { status: 401, title: 'User name or password is wrong', advice: 'Check both and try again.' },
  PERMISSION_DENIED: { status: 403, title: 'Not permitted', advice: 'Ask an administrator for the role or grant.' },
  ORIGIN_REFUSED: { status: 403, title: 'Origin not allowed', advice: 'Add the origin to CONSOLE_ORIGIN.' },
  NOT_FOUND: { status: 404, title: 'Not found', advice: 'It does not exist, or you may not see it.' },
  CONFLICT: { status: 409, title: 'Conflict with the current state', advice: 'Read the current state and try again.' },
  NAME_TAKEN: { status: 409, title: 'This name is taken', advice: 'Choose another name.' },
  CONNECTION_BUSY: {
    status: 409,
    title: 'Operations are active on this connection',
    advice: 'Wait for them or cancel them first.',
  },
  CONNECTION_IN_USE: {
    status: 409,
    title: 'Other connections use this one as jump host',
    advice: 'Change those connections first.',
  },
  CERTIFICATE_BUSY: {
    status: 409,
    title: 'The certificate is being renewed',
    advice: 'Wait for the renewal or cancel it first.',
  },
  NOTHING_ISSUED: { status: 409, title: 'Nothing was issued yet', advice: 'Renew the certificate first.' },
  NOTHING_REQUESTED: {
    status: 409,
    title: 'No request waits for a certificate',
    advice: 'Renew the certificate first: that makes its key and its request.',
  },
  ISSUER_IN_USE: {
    status: 409,
    title: 'The issuer is needed',
    advice: 'Give its certificates another issuer first.',
  },
  OPERATION_ENDED: {
    status: 409,
    title: 'The operation has ended',
    advice: 'An ended operation does not change; start a new one.',
  },
  OPERATION_ACTIVE: {
    status: 409,
    title: 'The operation is still active',
    advice: 'Wait until it has ended, or cancel it.',
  },
  LAST_ADMINISTRATOR: {
    status: 409,
    title: 'This is the last administrator',
    advice: 'Make another administrator first.',
  },
  GONE: { status: 410, title: 'Set-up is done', advice: 'Sign in.' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The request is too large', advice: 'Send at most 256 KiB.' },
  SETUP_TOKEN_REFUSED: {
    status: 403,
    title: 'The set-up link is not valid',
    advice: 'Use the link printed at the last start.',
  },
  NETWORK_NOT_ALLOWED: {
    status: 422,
    title: 'Lockstep may not reach this address',
    advice: 'See LOCKSTEP_ALLOWED_NETWORKS.',
  },
  KEY_UNREADABLE: {
    status: 422,
    title: 'The private key cannot be read',
    advice: 'Paste an OpenSSH, PEM or PPK private key, with its passphrase.',
  },
  HOST_KEY_NOT_SEEN: {
    status: 422,
    title: 'No host key with this fingerprint is waiting',
    advice: 'Test the connection again and compare.',
  },
  IMPORT_UNREADABLE: {
    status: 422,
    title: 'The text cannot be read in this format',
    advice: 'Check the format and the line named.',
  },
  SERVICE_NAME_REFUSED: {
    status: 422,
    title: 'This cannot be a service of that platform',
    advice: 'Write the whole name as the host lists it, for example nginx.service.',
  },
  CERTIFIED_NAME_REFUSED: {
    status: 422,
    title: 'The issuer does not sign for this name',
    advice: 'Choose names that the issuer permits, or another issuer.',
  },
  FILE_TAKEN: {
    status: 409,
    title: 'Another certificate is put into this file',
    advice: 'Give each certificate files of its own; in one file they undo each other.',
  },
  NOTHING_TO_DO: { status: 422, title: 'Nothing to do', advice: 'Choose connections on which it can be done.' },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    advice: 'Use a new key for a new request.',
  },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many attempts', advice: 'Wait for the seconds in Retry-After.' },
  INTERNAL: {
    status: 500,
    title: 'Something went wrong in Lockstep',
    advice: 'Look for the correlation id in the server log.',
  },
  HOST_NOT_READ: { status: 502, title: 'The host could not be asked', advice: 'Test the connection to see why.' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database is not reachable', advice: 'Try again in a few seconds.' },
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof problemCatalogue;
