/**
 * The one catalogue of permanent codes. A code never changes its meaning and is never re-used.
 *
 * `problem` codes are answered by REST as RFC 9457 `application/problem+json` (and inside socket acknowledgements);
 * `operation` codes end an operation as its `errorCode`. `advice` tells a person what to do next.
 */
import { z } from 'zod';

/** A request that was not carried out. `status` is the HTTP status (RFC 9110 §15). */
export interface ProblemDefinition {
  readonly status: number;
  readonly title: string;
  readonly advice: string;
}

export const problemCatalogue = {
  VALIDATION_FAILED: { status: 400, title: 'The request is not valid', advice: 'Correct the fields named in "errors".' },
  AUTHENTICATION_REQUIRED: { status: 401, title: 'Authentication required', advice: 'Sign in, or send a valid token.' },
  CREDENTIALS_REFUSED: { status: 401, title: 'User name or password is wrong', advice: 'Check both and try again.' },
  PERMISSION_DENIED: { status: 403, title: 'Not permitted', advice: 'Ask an administrator for the role or grant.' },
  ORIGIN_REFUSED: { status: 403, title: 'Origin not allowed', advice: 'Add the origin to CONSOLE_ORIGIN.' },
  NOT_FOUND: { status: 404, title: 'Not found', advice: 'It does not exist, or you may not see it.' },
  CONFLICT: { status: 409, title: 'Conflict with the current state', advice: 'Read the current state and try again.' },
  NAME_TAKEN: { status: 409, title: 'This name is taken', advice: 'Choose another name.' },
  CONNECTION_BUSY: { status: 409, title: 'Operations are active on this connection', advice: 'Wait for them or cancel them first.' },
  CONNECTION_IN_USE: { status: 409, title: 'Other connections use this one as jump host', advice: 'Change those connections first.' },
  OPERATION_ENDED: { status: 409, title: 'The operation has ended', advice: 'An ended operation does not change; start a new one.' },
  OPERATION_ACTIVE: { status: 409, title: 'The operation is still active', advice: 'Wait until it has ended, or cancel it.' },
  LAST_ADMINISTRATOR: { status: 409, title: 'This is the last administrator', advice: 'Make another administrator first.' },
  GONE: { status: 410, title: 'Set-up is done', advice: 'Sign in.' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The request is too large', advice: 'Send at most 256 KiB.' },
  SETUP_TOKEN_REFUSED: { status: 403, title: 'The set-up link is not valid', advice: 'Use the link printed at the last start.' },
  NETWORK_NOT_ALLOWED: { status: 422, title: 'Lockstep may not reach this address', advice: 'See LOCKSTEP_ALLOWED_NETWORKS.' },
  KEY_UNREADABLE: { status: 422, title: 'The private key cannot be read', advice: 'Paste an OpenSSH, PEM or PPK private key, with its passphrase.' },
  HOST_KEY_NOT_SEEN: { status: 422, title: 'No host key with this fingerprint is waiting', advice: 'Test the connection again and compare.' },
  IMPORT_UNREADABLE: { status: 422, title: 'The text cannot be read in this format', advice: 'Check the format and the line named.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'This Idempotency-Key was used for another request', advice: 'Use a new key for a new request.' },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many attempts', advice: 'Wait for the seconds in Retry-After.' },
  INTERNAL: { status: 500, title: 'Something went wrong in Lockstep', advice: 'Look for the correlation id in the server log.' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database is not reachable', advice: 'Try again in a few seconds.' },
} as const satisfies Record<string, ProblemDefinition>;

export type ProblemCode = keyof typeof problemCatalogue;
export const ProblemCode = z.enum(Object.keys(problemCatalogue) as [ProblemCode, ...ProblemCode[]]);

/** RFC 9457 §3 problem details, with Lockstep's permanent `code`. */
export const Problem = z
  .object({
    type: z.string().describe('A URI reference that names the kind of problem (RFC 9457 §3.1.1).'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: ProblemCode,
    correlationId: z.string().describe('Also in the server log, beside the cause.'),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/** What ended an operation that did not reach its goal. */
export interface OperationErrorDefinition {
  readonly title: string;
  readonly advice: string;
  /** The one button the console offers for it. */
  readonly action: 'retry' | 'approve_host_key' | 'edit_connection' | 'edit_credential' | 'open_jump_connection';
}

export const operationErrorCatalogue = {
  NAME_NOT_RESOLVED: { title: 'The host name has no address', advice: 'Check the host name, or the DNS that Lockstep uses.', action: 'edit_connection' },
  NETWORK_NOT_ALLOWED: { title: 'Lockstep may not reach this address', advice: 'Allow the network in LOCKSTEP_ALLOWED_NETWORKS, or correct the host.', action: 'edit_connection' },
  CONNECTION_REFUSED: { title: 'The host refused the connection', advice: 'Check the port, and that sshd is running.', action: 'edit_connection' },
  HOST_UNREACHABLE: { title: 'The host cannot be reached', advice: 'Check the address, the route and the firewall.', action: 'edit_connection' },
  CONNECT_TIMEOUT: { title: 'The host did not answer in time', advice: 'Check the address and firewalls; a dropped packet looks like this.', action: 'retry' },
  NOT_SSH: { title: 'What answered is not an SSH server', advice: 'Check the port.', action: 'edit_connection' },
  KEY_EXCHANGE_FAILED: { title: 'No common algorithm with the host', advice: 'Update sshd, or enable a current key exchange and cipher on it.', action: 'retry' },
  HOST_KEY_TIMEOUT: { title: 'The host stopped answering during the key exchange', advice: 'See whether sshd hangs on the host, then retry.', action: 'retry' },
  HOST_KEY_UNKNOWN: { title: 'The host key waits for approval', advice: 'Compare the fingerprint with the host and approve it.', action: 'approve_host_key' },
  HOST_KEY_CHANGED: { title: 'The host key has changed', advice: 'Find out why before you approve the new one: the host may have been replaced, or someone is in between.', action: 'approve_host_key' },
  CREDENTIAL_MISSING: { title: 'The connection has no credential', advice: 'Give a password or a private key.', action: 'edit_credential' },
  CREDENTIAL_UNREADABLE: { title: 'The stored credential cannot be read', advice: 'Enter it again; was the master key replaced?', action: 'edit_credential' },
  AUTHENTICATION_FAILED: { title: 'The host refused the login', advice: 'Check the user name and the credential; nothing is tried again by itself.', action: 'edit_credential' },
  AUTHENTICATION_TIMEOUT: { title: 'The host did not decide about the login in time', advice: 'See whether sshd or its directory service hangs on the host.', action: 'retry' },
  JUMP_HOST_FAILED: { title: 'The jump host could not be used', advice: 'Test the jump connection first.', action: 'open_jump_connection' },
  CHANNEL_REFUSED: { title: 'The host opened no session', advice: 'Check MaxSessions and the shell of this user.', action: 'retry' },
  COMMAND_TIMEOUT: { title: 'A command did not end in time', advice: 'See what hangs on the host, then retry.', action: 'retry' },
  COMMAND_FAILED: { title: 'A command failed on the host', advice: 'Read the host’s own words in the log.', action: 'retry' },
  SFTP_UNAVAILABLE: { title: 'SFTP is not available', advice: 'Enable the sftp subsystem in sshd_config.', action: 'retry' },
  SFTP_TIMEOUT: { title: 'SFTP did not answer in time', advice: 'See what hangs on the host, then retry.', action: 'retry' },
  CONNECTION_LOST: { title: 'The connection was lost', advice: 'Check the network and the host, then retry.', action: 'retry' },
  DEADLINE_EXCEEDED: { title: 'The operation took longer than it may', advice: 'See what hangs on the host, then retry.', action: 'retry' },
  OUTCOME_UNKNOWN: { title: 'The outcome is not known', advice: 'Look at the host before you start it again.', action: 'retry' },
  WORKER_LOST: { title: 'The worker was lost too often', advice: 'Read the server log of that time, then retry.', action: 'retry' },
  INTERNAL: { title: 'Something went wrong in Lockstep', advice: 'Read the server log of that time, then retry.', action: 'retry' },
} as const satisfies Record<string, OperationErrorDefinition>;

export type OperationErrorCode = keyof typeof operationErrorCatalogue;
export const OperationErrorCode = z.enum(
  Object.keys(operationErrorCatalogue) as [OperationErrorCode, ...OperationErrorCode[]],
);
