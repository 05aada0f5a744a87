/** Codes of operations that did not reach their goal. Free of zod, like the problem catalogue. */

/** What ended an operation that did not reach its goal. */
export interface OperationErrorDefinition {
  readonly title: string;
  readonly advice: string;
  /** The one button the console offers for it. */
  readonly action:
    | 'retry'
    | 'approve_host_key'
    | 'edit_connection'
    | 'edit_credential'
    | 'open_jump_connection'
    | 'open_services'
    | 'show_privileges'
    | 'edit_service_settings';
}

export const operationErrorCatalogue = {
  NAME_NOT_RESOLVED: {
    title: 'The host name has no address',
    advice: 'Check the host name, or the DNS that Lockstep uses.',
    action: 'edit_connection',
  },
  NETWORK_NOT_ALLOWED: {
    title: 'Lockstep may not reach this address',
    advice: 'Allow the network in LOCKSTEP_ALLOWED_NETWORKS, or correct the host.',
    action: 'edit_connection',
  },
  CONNECTION_REFUSED: {
    title: 'The host refused the connection',
    advice: 'Check the port, and that sshd is running.',
    action: 'edit_connection',
  },
  HOST_UNREACHABLE: {
    title: 'The host cannot be reached',
    advice: 'Check the address, the route and the firewall.',
    action: 'edit_connection',
  },
  CONNECT_TIMEOUT: {
    title: 'The host did not answer in time',
    advice: 'Check the address and firewalls; a dropped packet looks like this.',
    action: 'retry',
  },
  NOT_SSH: { title: 'What answered is not an SSH server', advice: 'Check the port.', action: 'edit_connection' },
  KEY_EXCHANGE_FAILED: {
    title: 'No common algorithm with the host',
    advice: 'Update sshd, or enable a current key exchange and cipher on it.',
    action: 'retry',
  },
  HOST_KEY_TIMEOUT: {
    title: 'The host stopped answering during the key exchange',
    advice: 'See whether sshd hangs on the host, then retry.',
    action: 'retry',
  },
  HOST_KEY_UNKNOWN: {
    title: 'The host key waits for approval',
    advice: 'Compare the fingerprint with the host and approve it.',
    action: 'approve_host_key',
  },
  HOST_KEY_CHANGED: {
    title: 'The host key has changed',
    advice: 'Find out why before you approve the new one: the host may have been replaced, or someone is in between.',
    action: 'approve_host_key',
  },
  CREDENTIAL_MISSING: {
    title: 'The connection has no credential',
    advice: 'Give a password or a private key.',
    action: 'edit_credential',
  },
  CREDENTIAL_UNREADABLE: {
    title: 'The stored credential cannot be read',
    advice: 'Enter it again; was the master key replaced?',
    action: 'edit_credential',
  },
  AUTHENTICATION_FAILED: {
    title: 'The host refused the login',
    advice: 'Check the user name and the credential; nothing is tried again by itself.',
    action: 'edit_credential',
  },
  AUTHENTICATION_TIMEOUT: {
    title: 'The host did not decide about the login in time',
    advice: 'See whether sshd or its directory service hangs on the host.',
    action: 'retry',
  },
  JUMP_HOST_FAILED: {
    title: 'The jump host could not be used',
    advice: 'Test the jump connection first.',
    action: 'open_jump_connection',
  },
  CHANNEL_REFUSED: {
    title: 'The host opened no session',
    advice: 'Check MaxSessions and the shell of this user.',
    action: 'retry',
  },
  COMMAND_TIMEOUT: {
    title: 'A command did not end in time',
    advice: 'See what hangs on the host, then retry.',
    action: 'retry',
  },
  COMMAND_FAILED: {
    title: 'A command failed on the host',
    advice: 'Read the host’s own words in the log.',
    action: 'retry',
  },
  SFTP_UNAVAILABLE: {
    title: 'SFTP is not available',
    advice: 'Enable the sftp subsystem in sshd_config.',
    action: 'retry',
  },
  SFTP_TIMEOUT: {
    title: 'SFTP did not answer in time',
    advice: 'See what hangs on the host, then retry.',
    action: 'retry',
  },
  CONNECTION_LOST: {
    title: 'The connection was lost',
    advice: 'Check the network and the host, then retry.',
    action: 'retry',
  },
  DEADLINE_EXCEEDED: {
    title: 'The operation took longer than it may',
    advice: 'See what hangs on the host, then retry.',
    action: 'retry',
  },
  SERVICE_NOT_FOUND: {
    title: 'The host has no such service',
    advice: 'Check the name on the host; it may have been removed or renamed.',
    action: 'open_services',
  },
  CONFIGURATION_INVALID: {
    title: 'The service’s own configuration test failed',
    advice: 'Nothing was restarted. Correct the configuration on the host, then retry.',
    action: 'retry',
  },
  PRIVILEGE_MISSING: {
    title: 'This login may not do that on the host',
    advice: 'Add the line that the service’s page shows to sudoers on the host, then retry.',
    action: 'show_privileges',
  },
  RESTART_FAILED: {
    title: 'The restart failed',
    advice: 'Read the service’s log below; correct the cause on the host, then retry.',
    action: 'retry',
  },
  SERVICE_NOT_RESTARTED: {
    title: 'The service was not restarted',
    advice:
      'The same run of it goes on. Retry; if the host then reports success again, see what stands in for systemctl there.',
    action: 'retry',
  },
  SERVICE_NOT_STABLE: {
    title: 'The service did not stay up',
    advice: 'It was restarted and ended again. Read its log below; correct the cause on the host, then retry.',
    action: 'retry',
  },
  CANCELLED_TOO_LATE: {
    title: 'It had happened before it could be cancelled',
    advice: 'See below what was done; nothing more was done after that.',
    action: 'retry',
  },
  COMMANDS_MISSING: {
    title: 'The connection has no commands for its services',
    advice: 'Give the commands that list, restart and verify a service of this host.',
    action: 'edit_service_settings',
  },
  ISSUE_FAILED: {
    title: 'The certificate was not issued',
    advice: 'Correct what the issuer objects to, then retry.',
    action: 'retry',
  },
  CERTIFICATE_UNSUITABLE: {
    title: 'What was issued cannot be used',
    advice: 'Nothing was changed on the host. See what the issuer returns, then retry.',
    action: 'retry',
  },
  CA_UNREACHABLE: {
    title: 'The certificate authority cannot be reached',
    advice: 'Check the address of its directory, the network and the roots that its certificate needs, then retry.',
    action: 'retry',
  },
  CA_REFUSED: {
    title: 'The certificate authority refused',
    advice: 'Read its words below and correct what it objects to, then retry.',
    action: 'retry',
  },
  CHALLENGE_FAILED: {
    title: 'The certificate authority could not verify a name',
    advice: 'See that the name leads where the proof is shown, also from outside, then retry.',
    action: 'retry',
  },
  DNS_REFUSED: {
    title: 'The DNS server or provider did not take the record',
    advice: 'Check the credential of the issuer’s DNS provider and what it may change, then retry.',
    action: 'retry',
  },
  DNS_NOT_PROPAGATED: {
    title: 'Not all name servers show the record',
    advice: 'See why the servers that are named lag behind, then retry.',
    action: 'retry',
  },
  RATE_LIMITED: {
    title: 'The certificate authority asks to come back later',
    advice: 'Wait until the time that it names; until then it is not asked for anything.',
    action: 'retry',
  },
  ALLOWANCE_KEPT: {
    title: 'The last try that the certificate authority allows is kept',
    advice: 'Correct what made the tries before fail; when it is possible again is said above.',
    action: 'retry',
  },
  NOT_READY: {
    title: 'A renewal would not get through',
    advice: 'Nothing was changed. Correct what the findings name, then check again.',
    action: 'retry',
  },
  FILE_NOT_WRITABLE: {
    title: 'A file cannot be written on the host',
    advice: 'Check that the folder exists and that this login may write there, then retry.',
    action: 'retry',
  },
  DISK_FULL: {
    title: 'The disk of the host is full',
    advice: 'Make room on the host, then retry.',
    action: 'retry',
  },
  RELOAD_FAILED: {
    title: 'The server did not take up the new certificate',
    advice: 'Read the host’s own words in the log, correct the cause, then retry.',
    action: 'retry',
  },
  NOT_SERVED: {
    title: 'The new certificate is not what is served',
    advice: 'See whether the server reads these files, and whether the reload reaches it, then retry.',
    action: 'retry',
  },
  DEPLOYMENT_INCOMPLETE: {
    title: 'Not every host has the new certificate',
    advice: 'See the deployments for what happened on each host, then retry: only hosts that lack it are served again.',
    action: 'retry',
  },
  NOTHING_TO_DEPLOY: {
    title: 'There is nothing to put on this host',
    advice: 'See the targets of the certificate, and renew it.',
    action: 'retry',
  },
  TLS_FAILED: {
    title: 'The TLS handshake did not succeed',
    advice: 'Check that a TLS server listens there, and its log.',
    action: 'retry',
  },
  OUTCOME_UNKNOWN: {
    title: 'The outcome is not known',
    advice: 'Look at the host before you start it again.',
    action: 'retry',
  },
  WORKER_LOST: {
    title: 'The worker was lost too often',
    advice: 'Read the server log of that time, then retry.',
    action: 'retry',
  },
  INTERNAL: {
    title: 'Something went wrong in Lockstep',
    advice: 'Read the server log of that time, then retry.',
    action: 'retry',
  },
} as const satisfies Record<string, OperationErrorDefinition>;

export type OperationErrorCode = keyof typeof operationErrorCatalogue;
